//! What a row holds is defined with the row: the store is the lowest floor, and what it names stands beside it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The modules below the store, and what of them the crate says again at its root.
const BELOW: &[(&str, &[&str])] = &[
    ("clock", &["Timestamp"]),
    ("grant_type", &["GrantType"]),
    ("precis", &[]),
    ("redirect_uri", &["RedirectUri"]),
    ("resource", &["Resource", "Resources"]),
    ("scope", &["Scopes"]),
    ("secret", &["Secret"]),
    ("settings", &["InvalidSetting", "RequireState"]),
    ("signing_algorithm", &["SigningAlgorithm"]),
];

#[test]
fn the_store_names_nothing_above_it() {
    let files = files_of("store");
    assert!(files.len() > 40, "the store's files were looked for: {files:?}");
    for file in files {
        let may = |name: &String| is_below(name) || matches!(name.as_str(), "store" | "Store");
        let above: Vec<_> = named(&file).into_iter().filter(|name| !may(name)).collect();
        assert!(above.is_empty(), "{} names {above:?}", file.display());
    }
}

#[test]
fn what_is_below_the_store_names_nothing_of_it_and_nothing_above() {
    for file in BELOW.iter().flat_map(|(module, _)| files_of(module)) {
        let above: Vec<_> = named(&file).into_iter().filter(|name| !is_below(name)).collect();
        assert!(above.is_empty(), "{} names {above:?}", file.display());
    }
}

/// An application's own diesel, or none, is not ours to choose.
#[test]
fn no_public_signature_names_a_type_of_diesel() {
    const OF_THE_APPLICATION: [&str; 2] = ["with_diesel.rs", "shared_sqlite.rs"];
    for file in files_of("") {
        if OF_THE_APPLICATION.iter().any(|it| file.ends_with(it)) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let theirs = of_diesel(&text);
        for signature in public_signatures(&text) {
            let signature =
                signature.replace("std::error::Error", "").replace("Query<", "QueryOf<");
            let mut names = signature.split(|c: char| !c.is_alphanumeric() && c != '_');
            let named = names.find(|name| theirs.contains(name));
            assert_eq!(named, None, "{}: {signature}", file.display());
        }
    }
}

/// The names by which a file knows types of diesel, or of ours that are one.
fn of_diesel(text: &str) -> Vec<&str> {
    let uses = text.split("\nuse ").skip(1).filter_map(|it| it.split(';').next());
    let theirs = uses.filter(|it| it.starts_with("diesel"));
    let names = theirs.flat_map(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let types = names.filter(|name| name.starts_with(char::is_uppercase));
    types.chain(["diesel", "diesel_migrations", "QueryOf", "DbConnection"]).collect()
}

/// Functions without their bodies, public fields, and enums and traits in whole.
fn public_signatures(text: &str) -> Vec<String> {
    let mut signatures = Vec::new();
    let mut lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with("//") && !line.starts_with("#[")
    });
    while let Some(line) = lines.next() {
        if !line.trim_start().starts_with("pub ") {
            continue;
        }
        let whole = line.starts_with("pub enum ") || line.starts_with("pub trait ");
        let is_field = line.split_whitespace().nth(1).is_some_and(|name| name.ends_with(':'));
        let ends = |line: &str| match whole {
            true => line == "}",
            false => is_field || line.ends_with(['{', '}', ';']),
        };
        let (mut signature, mut last) = (line.to_owned(), line);
        while !ends(last) {
            let Some(next) = lines.next() else { break };
            signature += next;
            last = next;
        }
        signatures.push(signature);
    }
    signatures
}

fn is_below(name: &str) -> bool {
    BELOW.iter().any(|(module, its)| *module == name || its.contains(&name))
}

/// Those of a module: its file, or all that are in its folder.
fn files_of(module: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module);
    let mut files = Vec::new();
    if path.is_dir() {
        rust_files(&path, &mut files);
    } else {
        files.push(path.with_extension("rs"));
    }
    files
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The file without its comments and spaces.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.collect::<String>().replace(' ', "")
}

/// What stands behind each `crate::`: a name, or the first names of a list in braces.
fn named(file: &Path) -> Vec<String> {
    let code = code(file);
    let mut names = Vec::new();
    for behind in code.split("crate::").skip(1) {
        let Some(list) = behind.strip_prefix('{') else {
            names.push(first_name(behind));
            continue;
        };
        let mut depth = 0;
        let between = |c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        };
        let parts: Vec<&str> = list[..end_of(list)].split(between).collect();
        names.extend(parts.into_iter().filter(|part| !part.is_empty()).map(first_name));
    }
    names
}

/// Where the brace that was opened before the text is closed.
fn end_of(list: &str) -> usize {
    let mut depth = 1;
    let closed = list.find(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    closed.expect("a closed list")
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
