//! Which country a visitor is in: what a trusted edge says, else a file of the operator's, else the embedded table of
//! the regional registries.

use std::net::IpAddr;
use std::path::Path;

use axum::http::{HeaderMap, HeaderName};
use maxminddb::{Reader, geoip2};

/// Where somebody is, as far as anybody knows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// ISO 3166-1 alpha-2, upper case.
    pub(crate) country: Option<String>,
    /// ISO 3166-2 without the country.
    pub(crate) region: Option<String>,
}

/// What knows places.
pub(crate) struct Places {
    header: Option<HeaderName>,
    file: Option<Reader<Vec<u8>>>,
}

/// The file of places cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "QRSTUDIO_GEOIP_DB: {path} is not a readable MMDB file: {cause}. Give the path of a country or city database, or leave the \
     setting out"
)]
pub struct PlacesError {
    path: String,
    cause: String,
}

impl Places {
    /// # Errors
    /// [`PlacesError`] where `file` cannot be read.
    pub(crate) fn open(header: Option<HeaderName>, file: Option<&Path>) -> Result<Self, PlacesError> {
        let read = |path: &Path| {
            Reader::open_readfile(path).map_err(|error| PlacesError {
                path: path.display().to_string(),
                cause: error.to_string(),
            })
        };
        Ok(Self {
            header,
            file: file.map(read).transpose()?,
        })
    }

    /// The place of a visitor. Headers count only where `is_trusted`.
    pub(crate) fn find(&self, address: IpAddr, headers: &HeaderMap, is_trusted: bool) -> Place {
        if is_trusted && let Some(country) = self.told(headers) {
            return Place {
                country: Some(country),
                region: None,
            };
        }
        match &self.file {
            Some(file) => in_file(file, address),
            None => Place {
                country: iptocc::country_code(address).map(str::to_owned),
                region: None,
            },
        }
    }

    fn told(&self, headers: &HeaderMap) -> Option<String> {
        let told = headers.get(self.header.as_ref()?)?.to_str().ok()?.trim();
        // `XX` is how an edge says that it does not know, `T1` how one calls Tor.
        let is_country = told.len() == 2 && told.bytes().all(|byte| byte.is_ascii_alphabetic());
        let told = told.to_ascii_uppercase();
        (is_country && told != "XX").then_some(told)
    }
}

fn in_file(file: &Reader<Vec<u8>>, address: IpAddr) -> Place {
    let Ok(found) = file.lookup(address) else {
        return Place::default();
    };
    let Ok(Some(city)) = found.decode::<geoip2::City<'_>>() else {
        return Place::default();
    };
    Place {
        country: city.country.iso_code.map(str::to_owned),
        region: city
            .subdivisions
            .first()
            .and_then(|region| region.iso_code)
            .map(str::to_owned),
    }
}
