//! `qrstudio render`: one code, offline. The fields go through the service's own checks and the service's own painter.

mod choices;
mod destination;
mod options;
mod payload;
mod pictures;
mod problems;
mod style;
mod summary;

pub(crate) use options::{Fields as FieldOptions, Given, Options};
pub(crate) use payload::{Members, PayloadFlags, data_type_of, member_names};
pub(crate) use pictures::read as read_picture;

use std::io::{self, Read};

use qrstudio_server::render::{Job, RenderError};

use self::destination::Destination;
use self::problems::Spelling;
use crate::exit::{self, Failure, Outcome};

/// The size where none is asked for. On the wire it has to be said; at a shell two inches, which a phone reads from
/// half a metre away, are a better answer than a question.
const DEFAULT_SIZE_INCHES: &str = "2";

/// More than any field may hold: what is longer is cut here, and refused by the field's own check.
const STDIN_LIMIT: u64 = 64 * 1024;

/// Draws the code and writes it.
pub(crate) fn run(options: Options) -> Outcome {
    let destination = Destination::new(options.output);
    let (mut given, pictures) = options.fields.given();
    if let Some(text) = options.text {
        given.set_default("data", text);
    }
    let members = options.payload.given();
    let single_options = !members.is_empty();
    let data_type = settle_contents(&mut given, members)?;
    let format = match given.get("format") {
        Some(format) => {
            destination.compare(format);
            format.to_owned()
        }
        None => destination.format()?.unwrap_or("png").to_owned(),
    };
    given.set_default("format", &*format);
    given.set_default("size_inches", DEFAULT_SIZE_INCHES);
    read_stdin(&mut given)?;

    let spelling = Spelling {
        data_type: data_type.as_deref(),
        single_options,
    };
    let mut fields = given.to_fields();
    for (name, upload) in pictures.read()? {
        fields.set_file(name, upload);
    }
    let (job, ignored) = Job::read(&fields).map_err(|errors| spelling.failure(&errors))?;
    destination.check(&format)?;
    let rendered = job.run().map_err(|error| match error {
        RenderError::Pictures(errors) => spelling.failure(&errors),
        other => Failure::failed(other),
    })?;
    for name in ignored.names() {
        exit::warn(format_args!("{name} is no field that we know; it was left out"));
    }
    for warning in &rendered.warnings {
        exit::warn(warning.detail());
    }
    destination.write(&rendered.bytes)?;
    if exit::is_watched() {
        exit::note(summary::line(&destination, &job, &rendered));
    }
    Ok(())
}

/// Makes one field of the contents, however they were given, and finds their data type.
///
/// # Errors
/// Contents given twice, or in a way that their data type does not take.
fn settle_contents(given: &mut Given, members: Members) -> Result<Option<String>, Failure> {
    if given.get("payload").is_some() && !members.is_empty() {
        return Err(
            Failure::bad_input("--payload and the single options of a payload exclude each other")
                .tip("put everything into the JSON object of --payload, or leave it out"),
        );
    }
    if let Some(found) = data_type_of(&members, given.get("data_type"))? {
        given.set_default("data_type", found);
        given.set_default("payload", payload::object(members));
    }
    let data_type = given.get("data_type").map(str::to_owned);
    match &data_type {
        Some(name) if given.get("data").is_some() => match payload::options_of(name) {
            Some(options) => Err(
                Failure::bad_input(format_args!("--data-type {name} takes no DATA"))
                    .tip(format_args!("its contents are {options}, or --payload")),
            ),
            None => Ok(data_type),
        },
        None if given.get("payload").is_some() => Err(Failure::bad_input(
            "--payload: it does not tell what kind of contents it is",
        )
        .tip("say so, as in: --data-type wifi")),
        _ => Ok(data_type),
    }
}

/// Puts standard input in the place of a `-`.
fn read_stdin(given: &mut Given) -> Outcome {
    for name in ["data", "payload"] {
        let Some(text) = given.get_mut(name).filter(|text| *text == "-") else {
            continue;
        };
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(STDIN_LIMIT)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::failed(format_args!("cannot read standard input: {error}")))?;
        let mut read = String::from_utf8(bytes)
            .map_err(|_| Failure::bad_input("standard input is not UTF-8, the one encoding of text here"))?;
        // The end of the last line is the shell's, not the code's.
        if read.ends_with('\n') {
            read.pop();
            if read.ends_with('\r') {
                read.pop();
            }
        }
        *text = read;
    }
    Ok(())
}
