//! Where the picture goes: whole or not at all.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::exit::{self, Failure, Outcome};

/// A file, or standard output.
#[derive(Debug)]
pub(super) enum Destination {
    Stdout,
    File(PathBuf),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Destination {
    /// `-` and nothing mean standard output.
    pub(super) fn new(output: Option<PathBuf>) -> Self {
        match output {
            Some(path) if path.as_os_str() != "-" => Self::File(path),
            _ => Self::Stdout,
        }
    }

    /// The format that the file's name asks for, in lower case.
    ///
    /// # Errors
    /// A name whose extension is not that of a format that we draw.
    pub(super) fn format(&self) -> Result<Option<&'static str>, Failure> {
        let Self::File(path) = self else { return Ok(None) };
        let Some(extension) = path.extension() else {
            return Ok(None);
        };
        match extension.to_string_lossy().to_ascii_lowercase().as_str() {
            "png" => Ok(Some("png")),
            "svg" => Ok(Some("svg")),
            other => Err(Failure::bad_input(format_args!(
                "--output: the name {} does not tell the format: .{other} is none that we draw",
                path.display()
            ))
            .tip("name it .png or .svg, or say --format png or --format svg")),
        }
    }

    /// Warns where the file's name says another format than the one that was asked for.
    pub(super) fn compare(&self, format: &str) {
        if let Ok(Some(named)) = self.format()
            && named != format
        {
            exit::warn(format_args!(
                "{self} is a {format} by --format, but its name says {named}"
            ));
        }
    }

    /// Refuses what can be seen to go wrong before anything is drawn.
    ///
    /// # Errors
    /// A directory, and bytes that a terminal cannot show.
    pub(super) fn check(&self, format: &str) -> Outcome {
        match self {
            Self::File(path) if path.is_dir() => Err(Failure::bad_input(format_args!(
                "--output: {} is a directory",
                path.display()
            ))
            .tip(format_args!(
                "name a file in it: -o {}",
                path.join(format!("code.{format}")).display()
            ))),
            Self::Stdout if format == "png" && io::stdout().is_terminal() => {
                Err(Failure::bad_input("a PNG on a terminal is only noise")
                    .tip("write it to a file: -o code.png")
                    .tip("or pass it on: qrstudio render ... | another-program"))
            }
            _ => Ok(()),
        }
    }

    /// Writes the bytes. A file appears, or changes, only when it is complete.
    ///
    /// # Errors
    /// What the operating system says, and where.
    pub(super) fn write(&self, bytes: &[u8]) -> Outcome {
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout
                    .write_all(bytes)
                    .and_then(|()| stdout.flush())
                    .map_err(|error| {
                        Failure::failed(format_args!("cannot write to standard output: {error}"))
                    })
            }
            Self::File(path) => write_file(path, bytes).map_err(|error| cannot_write(path, &error)),
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::failed(format_args!("cannot write {}: {error}", path.display()));
    let directory = directory_of(path);
    if error.kind() == io::ErrorKind::NotFound && !directory.exists() {
        return failure.tip(format_args!(
            "create the directory first: mkdir -p {}",
            directory.display()
        ));
    }
    failure
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link is followed: what it points to is replaced, and the link stays.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let present = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Some(metadata),
        // Devices and pipes cannot be replaced, only written to.
        Ok(_) => return OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Err(_) => None,
    };
    let (temporary, mut file) = create_beside(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| present.map_or(Ok(()), |metadata| file.set_permissions(metadata.permissions())))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one worth telling.
        drop(fs::remove_file(&temporary));
    }
    written
}

/// A new file in the same directory, so that renaming it is one step.
fn create_beside(path: &Path) -> io::Result<(PathBuf, fs::File)> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut attempt = 0_u32;
    loop {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = directory_of(path).join(temporary);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            opened => return opened.map(|file| (temporary, file)),
        }
    }
}
