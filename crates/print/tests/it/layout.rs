//! One grid for every format.

use qr_print::{Design, Layout, PrintError, PrintSize};

use crate::symbols;

fn layout(version: u8, quiet_zone: u8, inches: f64, dpi: u32) -> Result<Layout, PrintError> {
    let design = Design::default().with_quiet_zone(quiet_zone);
    Layout::new(
        &symbols::of_version(version),
        &design,
        PrintSize::new(inches, dpi)?,
    )
}

#[test]
fn what_is_left_over_widens_the_quiet_zone() {
    let layout = layout(10, 4, 4.0, 300).unwrap();
    assert_eq!(
        (layout.side_px(), layout.module_px(), layout.symbol_px()),
        (1200, 18, 57 * 18)
    );
    assert_eq!(layout.origin_px(), 87);
    assert!((layout.quiet_zone_modules() - 87.0 / 18.0).abs() < 1e-9);
    assert!((layout.module_mm() - 1.524).abs() < 1e-9);
}

#[test]
fn an_odd_pixel_goes_right_and_bottom() {
    let layout = layout(1, 0, 0.5, 73).unwrap();
    assert_eq!(
        (layout.side_px(), layout.module_px(), layout.origin_px()),
        (37, 1, 8)
    );
    assert_eq!(layout.side_px() - layout.origin_px() - layout.symbol_px(), 8);
    let layout = self::layout(1, 0, 0.5, 76).unwrap();
    assert_eq!((layout.side_px(), layout.origin_px()), (38, 8));
    assert_eq!(layout.side_px() - layout.origin_px() - layout.symbol_px(), 9);
}

#[test]
fn too_small_names_what_works() {
    for (version, quiet_zone, inches, dpi) in [
        (40, 4, 0.5, 72),
        (40, 16, 0.5, 300),
        (10, 4, 0.89, 72),
        (7, 0, 0.6, 73),
    ] {
        let Err(error) = layout(version, quiet_zone, inches, dpi) else {
            panic!("{version} fits")
        };
        let PrintError::TooSmall {
            modules,
            side_px,
            smallest_inches,
            smallest_dpi,
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!(modules, 17 + 4 * u32::from(version) + 2 * u32::from(quiet_zone));
        assert!(side_px < modules);
        assert!(error.to_string().contains(&format!("{smallest_inches} in")));
        assert!(layout(version, quiet_zone, smallest_inches, dpi).is_ok());
        assert!(layout(version, quiet_zone, inches, smallest_dpi).is_ok());
        assert!(layout(version, quiet_zone, smallest_inches - 0.02, dpi).is_err());
        assert!(layout(version, quiet_zone, inches, smallest_dpi - 1).is_err());
    }
}

#[test]
fn the_quiet_zone_has_a_limit() {
    assert!(layout(1, 16, 2.0, 300).is_ok());
    assert!(matches!(
        layout(1, 17, 2.0, 300),
        Err(PrintError::QuietZoneOutOfRange { modules: 17 })
    ));
}
