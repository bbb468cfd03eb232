//! Figures of the cross-validation of a fit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::gold::GoldRow;

/// A part of the rows: its name, and which rows belong to it.
type Part = (&'static str, fn(&GoldRow) -> bool);

const PARTS: [Part; 4] = [
    ("plain", |row| row.gold.disguise == 0),
    ("disguised", |row| row.gold.disguise > 0),
    ("English", |row| row.gold.disguise == 0 && row.text("lang") == "en"),
    ("others", |row| row.gold.disguise == 0 && !["", "zh", "en"].contains(&row.text("lang"))),
];

/// Recall at fixed shares of flagged look-alikes, macro over families, for plain and disguised rows, and for plain rows
/// in English and in languages besides Chinese and English.
pub fn held_out(rows: &[GoldRow], bits: &[f64]) -> String {
    let mut out = String::new();
    let scored: Vec<(&GoldRow, f64)> = rows.iter().zip(bits.iter().copied()).collect();
    for (name, belongs) in PARTS {
        let part: Vec<&(&GoldRow, f64)> = scored.iter().filter(|(row, _)| belongs(row)).collect();
        let mut benign: Vec<f64> = part.iter().filter(|(row, _)| !row.gold.trade).map(|(_, bits)| *bits).collect();
        benign.sort_by(|a, b| b.total_cmp(a));
        let _ = write!(out, "{name:10} {} rows;", part.len());
        for share in [0.02, 0.05, 0.1] {
            let Some(cut) = benign.get((share * benign.len() as f64) as usize) else { continue };
            let mut families: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
            for (row, bits) in part.iter().filter(|(row, _)| row.gold.trade) {
                let family = families.entry(&row.gold.family).or_default();
                family.0 += f64::from(u8::from(bits > cut));
                family.1 += 1.0;
            }
            let recall = families.values().map(|(hits, rows)| hits / rows).sum::<f64>() / families.len().max(1) as f64;
            let _ = write!(out, " recall {recall:.3} at {:.0} % of look-alikes ({cut:.2} bits);", share * 100.0);
        }
        out.push('\n');
    }
    out
}
