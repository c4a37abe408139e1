//! What an application brings of its own: templates and messages, from its code and from folders.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use crate::BuildError;

/// Templates and messages of the application. What comes from a folder stands over what comes from the code, so that an
/// operator mends a page without recompiling; of two folders, the later one.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) templates: Vec<(String, String)>,
    pub(crate) template_folders: Vec<PathBuf>,
    pub(crate) locales: Vec<Locale>,
    pub(crate) locale_folders: Vec<PathBuf>,
}

/// Messages of a language.
#[derive(Clone)]
pub(crate) struct Locale {
    pub(crate) language: String,
    /// The file; none where they come from the code.
    pub(crate) file: Option<PathBuf>,
    pub(crate) messages: String,
}

impl Sources {
    /// Every template: its name and its source. The last of a name counts.
    pub(super) fn templates(&self) -> Result<Vec<(String, String)>, BuildError> {
        let mut templates = self.templates.clone();
        for folder in &self.template_folders {
            for (name, source) in files(folder)? {
                match name.strip_suffix(".hbs") {
                    Some(template) => templates.push((template.to_owned(), source)),
                    None if has_extension(&name, "css") => templates.push((name, source)),
                    None => {}
                }
            }
        }
        Ok(templates)
    }

    /// Every locale. `de.ftl`, and all that is in the folder `de`, is German.
    pub(super) fn locales(&self) -> Result<Vec<Locale>, BuildError> {
        let mut locales = self.locales.clone();
        for folder in &self.locale_folders {
            for (name, messages) in
                files(folder)?.into_iter().filter(|(name, _)| has_extension(name, "ftl"))
            {
                let language = name.split('/').next().unwrap_or(&name);
                let language = language.trim_end_matches(".ftl").to_owned();
                locales.push(Locale { language, file: Some(folder.join(&name)), messages });
            }
        }
        Ok(locales)
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension() == Some(OsStr::new(extension))
}

/// The templates, stylesheets and messages in a folder and those under it, each with its path in there.
fn files(folder: &Path) -> Result<Vec<(String, String)>, BuildError> {
    let failed = |path: &Path, problem: io::Error| BuildError::Folder {
        path: path.display().to_string(),
        problem: problem.to_string(),
    };
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).map_err(|error| failed(&inner, error))? {
            let path = entry.map_err(|error| failed(&inner, error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if ["hbs", "css", "ftl"]
                .iter()
                .any(|&it| path.extension() == Some(OsStr::new(it)))
            {
                let source = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
                found.push((name(folder, &path), source));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The path in the folder, with `/` on every system.
fn name(folder: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(folder).unwrap_or(path);
    inner.iter().map(OsStr::to_string_lossy).collect::<Vec<_>>().join("/")
}
