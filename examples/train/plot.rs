//! The losses of all recipes over the epochs, as an SVG.

use std::error::Error;

use plotters::prelude::*;

use crate::training::Outcome;

/// The colours of Okabe and Ito, which colour-blind people can tell apart.
const COLORS: [RGBColor; 8] = [
    RGBColor(0, 0, 0),
    RGBColor(240, 228, 66),
    RGBColor(230, 159, 0),
    RGBColor(213, 94, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 114, 178),
    RGBColor(204, 121, 167),
    RGBColor(0, 158, 115),
];

const FONT: (&str, u32) = ("sans-serif", 16);

/// Draws the losses. Epochs run to the right, and losses run upwards on a logarithmic axis.
pub(crate) fn svg(outcomes: &[Outcome]) -> Result<String, Box<dyn Error>> {
    let losses = || outcomes.iter().flat_map(|outcome| &outcome.losses);
    let largest = losses().copied().fold(0.0, f64::max);
    let smallest = losses().copied().fold(largest, f64::min);
    let epochs = outcomes.iter().map(|outcome| outcome.losses.len()).max();

    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (800, 480)).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(15)
            .x_label_area_size(45)
            .y_label_area_size(75)
            .build_cartesian_2d(1..epochs.unwrap_or(1), (smallest..largest).log_scale())?;
        chart
            .configure_mesh()
            .label_style(FONT)
            .axis_desc_style(FONT)
            .x_desc("epoch")
            .y_desc("mean squared error of training")
            .light_line_style(TRANSPARENT)
            .y_label_formatter(&|loss| format!("{loss}"))
            .draw()?;
        for (outcome, color) in outcomes.iter().zip(COLORS) {
            let finite = outcome.losses.iter().copied().take_while(|x| x.is_finite());
            let name = if outcome.losses.iter().all(|x| x.is_finite()) {
                outcome.name.to_owned()
            } else {
                format!("{} (NaN in epoch {})", outcome.name, outcome.losses.len())
            };
            chart
                .draw_series(LineSeries::new((1..).zip(finite), color.stroke_width(2)))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .label_font(FONT)
            .position(SeriesLabelPosition::LowerLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        area.present()?;
    }
    Ok(svg)
}
