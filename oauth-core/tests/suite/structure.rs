//! What a row holds is defined with the row: the store is the lowest floor, and what it names stands beside it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the store takes from the rest of the crate: what is parsed and drawn, and none of that names the crate.
const BELOW: &[(&str, &[&str])] = &[
    ("clock.rs", &["Timestamp"]),
    ("grant_type.rs", &["GrantType"]),
    ("redirect_uri.rs", &["RedirectUri"]),
    ("scope.rs", &["Scopes"]),
    ("secret.rs", &["secret", "Secret"]),
    ("settings.rs", &["InvalidSetting", "RequireState"]),
];

#[test]
fn the_store_names_nothing_above_it() {
    let mut files = Vec::new();
    rust_files(&source().join("store"), &mut files);
    assert!(files.len() > 40, "the store's files were looked for: {files:?}");
    let below = |name: &str| {
        matches!(name, "store" | "Store") || BELOW.iter().any(|(_, its)| its.contains(&name))
    };
    for file in files {
        let above: Vec<_> = named(&file).into_iter().filter(|name| !below(name)).collect();
        assert!(above.is_empty(), "{} names {above:?}", file.display());
    }
}

#[test]
fn what_is_below_the_store_names_nothing_of_the_crate() {
    for (file, _) in BELOW {
        assert_eq!(named(&source().join(file)), Vec::<String>::new(), "{file}");
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
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
