//! Pages of other origins where clients register, and manage that.

use oauth_server::NewClient;

use super::*;

/// Of a client that staff registered.
const PAGE: &str = "https://spa.example";
const OTHER: &str = "https://other.example";

impl Site {
    async fn with_a_page(self) -> Self {
        let site = self.with_registration(DynamicRegistration::Open).await;
        site.register(|client| client.cors_origins = vec![PAGE.to_owned()]).await;
        site
    }

    async fn registers_from(&self, origin: &str, document: &Value) -> Answer {
        let request = self.request(Method::POST, REGISTER).header("Origin", origin);
        let json = request.header("Content-Type", "application/json");
        self.send(json.body(document.to_string())).await
    }

    async fn reads_from(&self, origin: &str, client_id: &str, token: &str) -> Answer {
        let request = self.request(Method::GET, &format!("{REGISTER}{client_id}"));
        self.send(request.header("Origin", origin).bearer_auth(token)).await
    }
}

fn shown_to(answer: &Answer) -> &str {
    if answer.has_header("Access-Control-Allow-Origin") {
        assert!(!answer.has_header("Access-Control-Allow-Credentials"), "{answer:#?}");
        answer.header("Access-Control-Allow-Origin")
    } else {
        "nobody"
    }
}

both_databases! {
    async fn a_preflight_is_answered_for_an_origin_that_a_client_registered(site: Site) {
        let site = site.with_a_page().await;
        for (path, methods, method) in [
            (REGISTER.to_owned(), "POST", "POST"),
            (format!("{REGISTER}anybody"), "GET, HEAD, PUT, DELETE", "PUT"),
        ] {
            let preflight = async |origin: &str| {
                let request = site.request(Method::OPTIONS, &path).header("Origin", origin);
                let request = request.header("Access-Control-Request-Method", method);
                site.send(request.header("Access-Control-Request-Headers", "authorization")).await
            };
            let answer = preflight(PAGE).await.with_status(204);
            assert_eq!(shown_to(&answer), PAGE, "{path}");
            assert_eq!(answer.header("Access-Control-Allow-Methods"), methods);
            assert_eq!(answer.header("Access-Control-Allow-Headers"), "authorization");
            assert_eq!(shown_to(&preflight(OTHER).await.with_status(405)), "nobody");
        }
    }

    /// Who registers is no client yet, so that no client's own origins can be asked for.
    async fn what_was_registered_is_told_to_the_pages_of_any_client(site: Site) {
        let site = site.with_a_page().await;
        for (document, status) in [(assistant(), 201), (json!({}), 400)] {
            let told = site.registers_from(PAGE, &document).await.with_status(status);
            assert_eq!(shown_to(&told), PAGE, "{status}");
            let hidden = site.registers_from(OTHER, &document).await.with_status(status);
            assert_eq!(shown_to(&hidden), "nobody", "{status}");
        }
    }

    async fn a_registration_is_read_by_the_clients_own_pages_alone(site: Site) {
        let site = site.with_a_page().await;
        let registered = site.registers(&assistant()).await.with_status(201);
        let (client_id, token) =
            (registered.text("client_id"), registered.text("registration_access_token"));
        for origin in [PAGE, OTHER] {
            let read = site.reads_from(origin, &client_id, &token).await.with_status(200);
            assert_eq!(shown_to(&read), "nobody", "{origin}");
        }
        let its_own = CALLBACK.trim_end_matches("/callback");
        let read = site.reads_from(its_own, &client_id, &token).await.with_status(200);
        assert_eq!(shown_to(&read), its_own, "where it gets its answers");
        let admin = site.server.admin(oauth_server::oauth_core::admin::Actor::command("test"));
        let client = site.server.client(&client_id).await.unwrap().unwrap();
        let with_page = NewClient { cors_origins: vec![OTHER.to_owned()], ..NewClient::from(&*client) };
        admin.update_client(client.id, client.version, with_page).await.unwrap();
        let read = site.reads_from(OTHER, &client_id, &token).await.with_status(200);
        assert_eq!(shown_to(&read), OTHER);
        let read = site.reads_from(PAGE, &client_id, &token).await.with_status(200);
        assert_eq!(shown_to(&read), "nobody");
        site.clock.advance(1); // the set of all origins is looked up once a second
        let refused = site.reads_from(PAGE, &client_id, "wrong").await.with_status(401);
        assert_eq!(shown_to(&refused), PAGE);
        assert!(refused.header("Access-Control-Expose-Headers").contains("WWW-Authenticate"));
    }
}
