use qr_print::*;
use std::fs::File;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let a: Vec<String> = std::env::args().collect();
    let symbol = qr_symbol::encode(&a[1], &qr_symbol::EncodeOptions::default())?;
    let mut d = Design::default()
        .with_background(Color::WHITE)
        .with_pattern(a[2].parse()?)
        .with_finder_ring(a[3].parse()?)
        .with_finder_centre(a[4].parse()?);
    if a.get(7).is_some() {
        d = d
            .with_gradient("#0b3d91".parse()?, "#c2185b".parse()?)
            .with_finder_color("#7a1fa2".parse()?)
            .with_outer_ring(OuterRing::LikeFinder);
    }
    let px: f64 = a[5].parse()?;
    let format: Format = a[6].rsplit('.').next().unwrap().parse()?;
    let output = Output {
        format,
        size: PrintSize::new(px / 600.0, 600)?,
    };
    render(&symbol, &d, &output, &mut File::create(&a[6])?)?;
    Ok(())
}
