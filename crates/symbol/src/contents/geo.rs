//! A place on the map.

use super::characters::{one_line, present, push_percent_encoded};
use super::error::{Cause, Checks, ContentsError};

/// A place: `geo:43.6426,-79.3871` (RFC 5870).
///
/// With a label, the search that Android's map applications understand follows:
/// `?q=<lat>,<lng>(<label>)`.
///
/// ```
/// use qr_symbol::contents::Geo;
///
/// let tower = Geo { latitude: 43.6426, longitude: -79.3871, label: Some("CN Tower".into()), ..Geo::default() };
/// assert_eq!(tower.to_text()?, "geo:43.6426,-79.3871?q=43.6426,-79.3871(CN%20Tower)");
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Geo {
    /// Degrees north, -90 to 90 (WGS 84).
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// Metres above the ellipsoid.
    pub altitude: Option<f64>,
    /// The place's name.
    pub label: Option<String>,
}

impl Geo {
    /// The URI to encode, with the coordinates as precise as they were given.
    ///
    /// # Errors
    ///
    /// When a number is out of range or not a number, or the label holds control characters.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        checks.check("latitude", within(self.latitude, 90.0));
        checks.check("longitude", within(self.longitude, 180.0));
        let place = format!("{},{}", decimal(self.latitude), decimal(self.longitude));
        let mut text = format!("geo:{place}");
        if let Some(altitude) = self.altitude {
            checks.check("altitude", within(altitude, 1e8));
            text.push(',');
            text.push_str(&decimal(altitude));
        }
        if let Some(label) = present(self.label.as_ref()) {
            checks.check("label", one_line(label));
            text.push_str("?q=");
            text.push_str(&place);
            text.push('(');
            push_percent_encoded(&mut text, label, "");
            text.push(')');
        }
        checks.finish(text)
    }
}

fn within(value: f64, limit: f64) -> Result<(), Cause> {
    if (-limit..=limit).contains(&value) {
        Ok(())
    } else {
        Err(Cause::OutOfRange {
            lowest: -limit,
            highest: limit,
        })
    }
}

/// RFC 5870 knows no exponents, and Rust writes none. Minus zero is zero.
fn decimal(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_texts() {
        for (latitude, longitude, altitude, label, text) in [
            (43.65, -79.38, None, None, "geo:43.65,-79.38"),
            (0.0, -0.0, None, None, "geo:0,0"),
            (-90.0, 180.0, Some(12.5), None, "geo:-90,180,12.5"),
            (
                1e-7,
                1.0,
                Some(-3.0),
                Some("A (b), c"),
                "geo:0.0000001,1,-3?q=0.0000001,1(A%20%28b%29%2C%20c)",
            ),
            (
                48.8584,
                2.2945,
                None,
                Some("Tour Eiffel à Paris"),
                "geo:48.8584,2.2945?q=48.8584,2.2945(Tour%20Eiffel%20%C3%A0%20Paris)",
            ),
        ] {
            let geo = Geo {
                latitude,
                longitude,
                altitude,
                label: label.map(Into::into),
            };
            assert_eq!(geo.to_text().unwrap(), text);
        }
    }

    #[test]
    fn no_place_on_earth() {
        for (latitude, longitude, altitude, field) in [
            (90.01, 0.0, None, "latitude"),
            (f64::NAN, 0.0, None, "latitude"),
            (0.0, -180.5, None, "longitude"),
            (0.0, f64::INFINITY, None, "longitude"),
            (0.0, 0.0, Some(f64::INFINITY), "altitude"),
        ] {
            let error = Geo {
                latitude,
                longitude,
                altitude,
                label: None,
            }
            .to_text()
            .unwrap_err();
            assert_eq!(error.problems()[0].field, field);
            assert!(matches!(error.problems()[0].cause, Cause::OutOfRange { .. }));
        }
    }
}
