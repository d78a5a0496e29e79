//! From the cells of a row to the fields of its code.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use qrstudio_server::fields::{FieldError, FieldErrors, Fields, Upload};
use qrstudio_server::render::{FIELDS, FILE_FIELDS};
use serde_json::Value;

use super::columns::Target;
use super::name::Template;
use super::options::Options;
use super::table::{Cells, Kind, Table};
use crate::commands::render::{Given, Members, data_type_of, member_names, read_picture};
use crate::exit::Failure;

/// The size where none is asked for, as `qrstudio render` has it.
const DEFAULT_SIZE_INCHES: &str = "2";
/// Files of pictures that are held at once; who names more reads some of them again.
const MOST_FILES: usize = 64;

/// How every row becomes a code.
pub(super) struct Recipe {
    /// What is for all rows.
    texts: Given,
    pictures: Vec<(&'static str, Upload)>,
    members: Members,
    /// What kind of contents the members make.
    data_type: Option<&'static str>,
    cells: Wiring,
    pub(super) name: Option<Template>,
    files: Mutex<HashMap<PathBuf, Upload>>,
}

/// Which cells are wanted.
enum Wiring {
    /// By number, and the names of all columns for `name`.
    Csv(Vec<(Target, usize)>, Vec<String>),
    /// By member.
    Json(Vec<(Target, String)>),
}

impl Recipe {
    /// Puts options and columns together.
    ///
    /// # Errors
    /// Columns that the table does not have; options that exclude each other; contents that come from nowhere.
    pub(super) fn new(options: Options, table: &Table) -> Result<Self, Failure> {
        let name = options.file_name.as_deref().map(Template::new).transpose()?;
        let (mut texts, pictures) = options.fields.given();
        let members = options.payload.given();
        let columns = options.columns.0;
        if let Some(format) = name.as_ref().and_then(|name| name.format) {
            texts.set_default("format", format);
        }
        texts.set_default("size_inches", DEFAULT_SIZE_INCHES);
        let wanted: Vec<(&'static str, Value)> = columns
            .iter()
            .filter_map(|(target, _)| match target {
                Target::Member(name) => Some((*name, Value::Null)),
                Target::Field(_) => None,
            })
            .chain(members.iter().cloned())
            .collect();
        let data_type = data_type_of(&wanted, texts.get("data_type"))?;
        let cells = match &table.kind {
            Kind::Csv { names, .. } => {
                if let Some(template) = &name {
                    for column in template.columns() {
                        position(names, column, "--file-name")?;
                    }
                }
                let contents = data_type.or(texts.get("data_type"));
                Wiring::Csv(wire(&columns, names, contents)?, names.clone())
            }
            Kind::Json { .. } => Wiring::Json(columns),
        };
        let data_type = match &cells {
            // Columns that are called like members ask for a payload as those that were named do.
            Wiring::Csv(wires, _) if data_type.is_none() => {
                data_type_of(&members_of(wires), texts.get("data_type"))?
            }
            _ => data_type,
        };
        let has_contents = texts.get("data").is_some()
            || texts.get("payload").is_some()
            || !wanted.is_empty()
            || data_type.is_some()
            || cells.gives(&["data", "payload"]);
        if let Wiring::Csv(_, names) = &cells
            && !has_contents
        {
            return Err(Failure::bad_input("no column gives the contents of the codes")
                .tip("say which one, as in: --data-column landing_page")
                .tip(format_args!("the columns are: {}", names.join(", "))));
        }
        Ok(Self {
            pictures: pictures.read()?,
            texts,
            members,
            data_type,
            cells,
            name,
            files: Mutex::default(),
        })
    }

    /// The fields of a row.
    ///
    /// # Errors
    /// A picture that cannot be read.
    pub(super) fn fields(&self, cells: &Cells) -> Result<Fields, String> {
        let mut fields = self.texts.to_fields();
        for (name, upload) in &self.pictures {
            fields.set_file(*name, upload.clone());
        }
        let mut members = self.members.clone();
        match (cells, &self.cells) {
            (Cells::Csv(record), Wiring::Csv(wires, _)) => {
                for (target, column) in wires {
                    let cell = record.get(*column).unwrap_or_default();
                    if cell.is_empty() {
                        continue;
                    }
                    match target {
                        Target::Field(name) if FILE_FIELDS.contains(name) => {
                            fields.set_file(*name, self.file(name, cell)?);
                        }
                        Target::Field(name) => fields.set_text(*name, cell),
                        Target::Member(name) => set(&mut members, name, Value::String(cell.to_owned())),
                    }
                }
            }
            (Cells::Json(object), Wiring::Json(columns)) => {
                for name in FIELDS {
                    if let Some(value) = object.get(name) {
                        fields.set_json(name, value);
                    }
                }
                for (target, column) in columns {
                    let Some(value) = object.get(column) else { continue };
                    match target {
                        Target::Field(name) => fields.set_json(*name, value),
                        Target::Member(name) => {
                            let value = serde_json::from_str(value.get()).unwrap_or_default();
                            set(&mut members, name, value);
                        }
                    }
                }
                for name in FILE_FIELDS {
                    if let Some(path) = object
                        .get(name)
                        .and_then(|value| serde_json::from_str::<String>(value.get()).ok())
                    {
                        fields.set_file(name, self.file(name, &path)?);
                    }
                }
            }
            _ => return Err("it is of another kind than its table".to_owned()),
        }
        if let (Some(data_type), false) = (self.data_type, members.is_empty()) {
            fields.set_text("data_type", data_type);
            let object = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            fields.set_text("payload", Value::Object(object.collect()).to_string());
        }
        Ok(fields)
    }

    /// What stands in the column of that name.
    pub(super) fn cell(&self, cells: &Cells, column: &str) -> Option<String> {
        match (cells, &self.cells) {
            (Cells::Csv(record), Wiring::Csv(_, names)) => {
                let at = names.iter().position(|name| name == column)?;
                record.get(at).map(str::to_owned)
            }
            (Cells::Json(object), _) => match serde_json::from_str(object.get(column)?.get()).ok()? {
                Value::Null => None,
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            },
            _ => None,
        }
    }

    fn file(&self, field: &str, path: &str) -> Result<Upload, String> {
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(upload) = lock().get(std::path::Path::new(path)) {
            return Ok(upload.clone());
        }
        let upload = read_picture(std::path::Path::new(path))
            .map_err(|error| format!("{field}: cannot read {path}: {error}"))?;
        let mut files = lock();
        if files.len() >= MOST_FILES {
            files.clear();
        }
        files.insert(path.into(), upload.clone());
        Ok(upload)
    }
}

fn set(members: &mut Members, name: &'static str, value: Value) {
    match members.iter_mut().find(|(given, _)| *given == name) {
        Some((_, present)) => *present = value,
        None => members.push((name, value)),
    }
}

impl Wiring {
    /// Whether one of the fields may come from a cell.
    fn gives(&self, fields: &[&str]) -> bool {
        match self {
            Self::Csv(wires, _) => wires
                .iter()
                .any(|(target, _)| matches!(target, Target::Field(name) if fields.contains(name))),
            Self::Json(_) => true,
        }
    }
}

/// The members that come from cells.
fn members_of(wires: &[(Target, usize)]) -> Members {
    let member = |(target, _): &(Target, usize)| match target {
        Target::Member(name) => Some((*name, Value::Null)),
        Target::Field(_) => None,
    };
    wires.iter().filter_map(member).collect()
}

/// Finds the columns that were named, and those that are called like a field, or like a member of the contents' type.
fn wire(
    columns: &[(Target, String)],
    names: &[String],
    data_type: Option<&str>,
) -> Result<Vec<(Target, usize)>, Failure> {
    let mut wires = Vec::new();
    for (target, column) in columns {
        let (Target::Field(name) | Target::Member(name)) = target;
        let option = format!("--{}-column", name.replace('_', "-"));
        wires.push((*target, position(names, column, &option)?));
    }
    let free = |wires: &[(Target, usize)], target: Target| !wires.iter().any(|(wired, _)| *wired == target);
    let called = |name: &str| {
        let same = |given: &String| given.to_lowercase().replace([' ', '-'], "_") == name;
        names.iter().position(same)
    };
    for name in FIELDS {
        if let Some(at) = called(name)
            && free(&wires, Target::Field(name))
        {
            wires.push((Target::Field(name), at));
        }
    }
    if data_type.is_some_and(|name| !matches!(name, "url" | "text")) {
        for name in member_names() {
            if let Some(at) = called(name)
                && free(&wires, Target::Member(name))
                && data_type_of(&[(name, Value::Null)], data_type).is_ok()
            {
                wires.push((Target::Member(name), at));
            }
        }
    }
    for name in wires.iter().filter_map(|(_, at)| names.get(*at)) {
        if names.iter().filter(|other| *other == name).count() > 1 {
            return Err(
                Failure::bad_input(format_args!("several columns are called {name:?}"))
                    .tip("give each a name of its own in the first line"),
            );
        }
    }
    Ok(wires)
}

fn position(names: &[String], column: &str, option: &str) -> Result<usize, Failure> {
    names.iter().position(|name| name == column).ok_or_else(|| {
        Failure::bad_input(format_args!("{option}: the table has no column {column:?}"))
            .tip(format_args!("its columns are: {}", names.join(", ")))
    })
}

/// All that is wrong with a row, each field by its option's name.
pub(super) fn problems(errors: &FieldErrors) -> String {
    let mut texts = Vec::new();
    for (name, error) in errors.entries() {
        match error {
            FieldError::Framework(list) => texts.extend(list.iter().map(|text| format!("{name}: {text}"))),
            FieldError::Domain(text) => texts.push(format!("{name}: {text}")),
            FieldError::Inside(inside) => {
                texts.extend(
                    inside
                        .flatten()
                        .into_iter()
                        .map(|(path, text)| format!("{name}.{path}: {text}")),
                );
            }
        }
    }
    texts.join("; ")
}
