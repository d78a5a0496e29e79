//! What the files are called.

use std::path::{Component, Path};

use crate::exit::Failure;

/// The longest name that every file system takes, in bytes.
const LONGEST: usize = 255;

/// A template such as `table-{number}.png`.
#[derive(Clone, Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
    /// The format that its end asks for.
    pub(super) format: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The number of the row, from 1, of four digits at least.
    Row,
    Column(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Braces that do not close, and names that lead out of the folder.
    pub(super) fn new(text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| {
            Failure::bad_input(format_args!("--file-name: {what}"))
                .tip("as in: --file-name 'table-{number}.png'")
        };
        // Not a path's extension: a name that is nothing but one has none.
        let end = text.rsplit_once('.').map(|(_, end)| end);
        let format = qrstudio_server::render::choices("format")
            .into_iter()
            .find(|format| end.is_some_and(|end| end.eq_ignore_ascii_case(format)));
        let stem = match format {
            Some(format) => text.get(..text.len() - format.len() - 1).unwrap_or(text),
            None => text,
        };
        let mut parts = Vec::new();
        let mut rest = stem;
        while let Some((before, behind)) = rest.split_once('{') {
            let (column, after) = behind
                .split_once('}')
                .ok_or_else(|| wrong("a brace is not closed"))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(match column.trim() {
                "row" => Part::Row,
                column => Part::Column(column.to_owned()),
            });
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        if parts.is_empty() {
            return Err(wrong("it is empty"));
        }
        let is_inside = Path::new(stem)
            .components()
            .all(|component| matches!(component, Component::Normal(_)));
        if !is_inside {
            return Err(wrong("it leads out of the folder"));
        }
        Ok(Self { parts, format })
    }

    /// The columns in it.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The name of a row whose columns have these values.
    ///
    /// # Errors
    /// A name that is empty or too long.
    pub(super) fn name(
        &self,
        index: usize,
        extension: &str,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<String, String> {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Row => name.push_str(&format!("{:04}", index + 1)),
                Part::Column(column) => {
                    let value = value(column).unwrap_or_default();
                    let value = value.trim();
                    if value.is_empty() {
                        return Err(format!("its name is made of {column}, which is empty"));
                    }
                    name.extend(value.chars().map(harmless));
                }
            }
        }
        name.push('.');
        name.push_str(extension);
        let last = name.rsplit('/').next().unwrap_or_default();
        if last.len() > LONGEST {
            return Err(format!("its name is longer than {LONGEST} bytes"));
        }
        Ok(name)
    }
}

/// What some system does not take in a name, and what would lead elsewhere, is an underscore.
fn harmless(found: char) -> char {
    match found {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        found if found.is_control() => '_',
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(template: &str, value: &str) -> Result<String, String> {
        let template = Template::new(template).map_err(|failure| format!("{failure:?}"))?;
        template.name(6, "png", |column| (column == "id").then(|| value.to_owned()))
    }

    #[test]
    fn names_are_made_of_columns() {
        for (template, value, expected) in [
            ("{id}.png", "A 7", "A 7.png"),
            ("{id}", "7", "7.png"),
            ("tables/{row}-{id}.svg", "é", "tables/0007-é.png"),
            ("x", "", "x.png"),
            ("{id}.v2", "7", "7.v2.png"),
            ("{id}.png", "../../etc/passwd", ".._.._etc_passwd.png"),
            ("{id}.png", "a/b\\c:d\n", "a_b_c_d.png"),
            ("{ id }.png", " x ", "x.png"),
        ] {
            assert_eq!(name(template, value).as_deref(), Ok(expected), "{template}");
        }
        for (template, value, text) in [
            ("{id}.png", " ", "its name is made of id, which is empty"),
            ("{nr}.png", "1", "its name is made of nr, which is empty"),
            ("{id.png", "1", "a brace is not closed"),
            ("../{id}.png", "1", "leads out of the folder"),
            ("/tmp/{id}.png", "1", "leads out of the folder"),
            ("", "1", "it is empty"),
            (".png", "1", "it is empty"),
        ] {
            let told = name(template, value).unwrap_err();
            assert!(told.contains(text), "{template}: {told}");
        }
        assert!(
            name("{id}", &"x".repeat(300))
                .unwrap_err()
                .contains("longer than 255")
        );
    }
}
