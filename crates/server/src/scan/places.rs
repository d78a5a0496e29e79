//! Which country a visitor is in: what a trusted edge says, else a file of the operator's, else the embedded table of
//! the regional registries.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::Path;

use maxminddb::{Reader, geoip2};

/// Where somebody is, as far as anybody knows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// ISO 3166-1 alpha-2, upper case.
    pub(crate) country: Option<Cow<'a, str>>,
    /// ISO 3166-2 without the country.
    pub(crate) region: Option<&'a str>,
}

/// What knows places.
pub(crate) struct Places(Option<Reader<Vec<u8>>>);

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
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, PlacesError> {
        let read = |path: &Path| {
            Reader::open_readfile(path).map_err(|error| PlacesError {
                path: path.display().to_string(),
                cause: error.to_string(),
            })
        };
        Ok(Self(file.map(read).transpose()?))
    }

    /// The place of a visitor. What a trusted edge has `told` counts first.
    pub(crate) fn find(&self, address: IpAddr, told: Option<&[u8]>) -> Place<'_> {
        if let Some(country) = told.and_then(country) {
            return Place {
                country: Some(Cow::Owned(country)),
                region: None,
            };
        }
        match &self.0 {
            Some(file) => in_file(file, address),
            None => Place {
                country: iptocc::country_code(address).map(Cow::Borrowed),
                region: None,
            },
        }
    }
}

/// The country that an edge tells. `XX` is how one says that it does not know, `T1` how one calls Tor.
fn country(told: &[u8]) -> Option<String> {
    let told = str::from_utf8(told).ok()?.trim();
    let is_country = told.len() == 2 && told.bytes().all(|byte| byte.is_ascii_alphabetic());
    let told = told.to_ascii_uppercase();
    (is_country && told != "XX").then_some(told)
}

fn in_file(file: &Reader<Vec<u8>>, address: IpAddr) -> Place<'_> {
    let found = file.lookup(address).ok();
    let city = found.and_then(|found| found.decode::<geoip2::City<'_>>().ok()?);
    let Some(city) = city else {
        return Place::default();
    };
    Place {
        country: city.country.iso_code.map(Cow::Borrowed),
        region: city.subdivisions.first().and_then(|region| region.iso_code),
    }
}
