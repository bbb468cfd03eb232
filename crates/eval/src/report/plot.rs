//! Plots as SVG that needs nothing from outside: shapes tell series apart, colours come from the page's properties.

use std::fmt::Write as _;

use crate::metrics::calibration::Calibration;
use crate::metrics::estimate::{Count, wilson};

/// One row of a plot of proportions.
pub struct Row {
    /// What stands to the left; escaped by the plot.
    pub label: String,
    /// From review on, then alert: value and interval.
    pub points: [(Option<f64>, Option<[f64; 2]>); 2],
}

const WIDTH: f64 = 720.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 34.0;
const STEP: f64 = 34.0;

/// Proportions with their intervals, one row each, on an axis from 0 to the smallest round number that holds all.
pub fn proportions(title: &str, rows: &[Row]) -> String {
    let reach = rows.iter().flat_map(|row| row.points).filter_map(|(value, interval)| interval.map(|[_, high]| high).or(value));
    let end = [0.05, 0.1, 0.2, 0.5].into_iter().find(|end| reach.clone().all(|high| high <= *end)).unwrap_or(1.0);
    let bottom = TOP + STEP * rows.len() as f64;
    let x = |value: f64| LEFT + value / end * (WIDTH - LEFT - RIGHT);
    let mut out = open(title, WIDTH, bottom + 30.0);
    for tick in 0..=5 {
        let value = end * f64::from(tick) / 5.0;
        grid(&mut out, (x(value), TOP), (x(value), bottom));
        text(&mut out, (x(value), bottom + 18.0), "middle", &short(value));
    }
    legend(&mut out, LEFT, ["review or alert", "alert"]);
    for (number, row) in rows.iter().enumerate() {
        let middle = TOP + STEP * (number as f64 + 0.5);
        text(&mut out, (LEFT - 12.0, middle + 4.0), "end", &row.label);
        for (series, (value, interval)) in row.points.iter().enumerate() {
            let y = middle + if series == 0 { -6.0 } else { 6.0 };
            if let Some([low, high]) = interval {
                let _ = write!(out, "<path class=\"s{series}\" d=\"M{:.1} {y:.1}H{:.1}\"/>", x(*low), x(*high));
            }
            if let Some(value) = value {
                mark(&mut out, series, x(*value), y);
            }
        }
    }
    out + "</svg>"
}

/// Share of trade over mean risk, a mark and Wilson's interval for each bin: of plain rows, and of all.
pub fn reliability(title: &str, calibrations: [&Calibration; 2]) -> String {
    const SIDE: f64 = 360.0;
    const EDGE: f64 = 52.0;
    let (x, y) = (|value: f64| EDGE + value * SIDE, |value: f64| 58.0 + (1.0 - value) * SIDE);
    let mut out = open(title, EDGE + SIDE + 30.0, SIDE + 110.0);
    legend(&mut out, x(0.0), ["as written", "with disguised copies"]);
    for tick in 0..=5 {
        let value = f64::from(tick) / 5.0;
        grid(&mut out, (x(value), y(0.0)), (x(value), y(1.0)));
        grid(&mut out, (x(0.0), y(value)), (x(1.0), y(value)));
        text(&mut out, (x(value), y(0.0) + 18.0), "middle", &short(value));
        text(&mut out, (x(0.0) - 8.0, y(value) + 4.0), "end", &short(value));
    }
    let _ = write!(out, "<path class=\"ideal\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>", x(0.0), y(0.0), x(1.0), y(1.0));
    for (series, calibration) in calibrations.iter().enumerate() {
        for bin in calibration.bins.iter().flatten() {
            let count = Count { hits: (bin.trade * bin.rows as f64).round() as usize, rows: bin.rows };
            if let Some([low, high]) = wilson(count) {
                let _ = write!(out, "<path class=\"s{series}\" d=\"M{:.1} {:.1}V{:.1}\"/>", x(bin.risk), y(low), y(high));
            }
            mark(&mut out, series, x(bin.risk), y(bin.trade));
        }
    }
    text(&mut out, (x(0.5), y(0.0) + 42.0), "middle", "risk said, mean of the bin");
    text(&mut out, (x(0.0), 46.0), "start", "share that is trade");
    out + "</svg>"
}

fn open(title: &str, width: f64, height: f64) -> String {
    let title = escape(title);
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" style=\"max-width:{width}px\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    )
}

fn legend(out: &mut String, left: f64, names: [&str; 2]) {
    for (series, name) in names.iter().enumerate() {
        let at = left + 6.0 + 150.0 * series as f64;
        mark(out, series, at, 14.0);
        text(out, (at + 12.0, 18.0), "start", name);
    }
}

fn grid(out: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = write!(out, "<path class=\"grid\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>", from.0, from.1, to.0, to.1);
}

fn text(out: &mut String, at: (f64, f64), anchor: &str, written: &str) {
    let _ = write!(out, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>", at.0, at.1, escape(written));
}

/// A filled circle for the first series, a hollow diamond for the second.
fn mark(out: &mut String, series: usize, x: f64, y: f64) {
    let _ = match series {
        0 => write!(out, "<circle class=\"s0\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>"),
        _ => write!(out, "<path class=\"s1 mark\" d=\"M{x:.1} {:.1}l5.5 5.5l-5.5 5.5l-5.5 -5.5z\"/>", y - 5.5),
    };
}

fn short(value: f64) -> String {
    let written = format!("{value:.3}");
    let bare = written.trim_end_matches('0').trim_end_matches('.');
    bare.to_owned()
}

/// Text that stands for itself within HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_the_smallest_round_number_that_holds_all() {
        let plot = |high| proportions("t", &[Row { label: "<pet>".to_owned(), points: [(Some(0.01), Some([0.0, high])), (None, None)] }]);
        assert!(plot(0.04).contains(">0.05</text>"));
        assert!(plot(0.3).contains(">0.5</text>"));
        assert!(plot(0.9).contains(">1</text>"));
        assert!(plot(0.9).contains("&lt;pet&gt;"));
    }
}
