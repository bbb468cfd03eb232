//! Figures for a terminal.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use super::{estimate, number, share, with_interval};
use crate::gold::{CLASSES, LOOKALIKES};
use crate::metrics::Scored;
use crate::metrics::false_positives::Flagged;
use crate::metrics::recall::Recall;

/// All figures as text of some hundred lines, without post text or identifiers.
pub fn figures(scored: &Scored) -> String {
    let mut out = String::new();
    let sections = [head, recall, recall_by_class, false_positives, names, urgency, mentions, risk, form];
    for (number, section) in sections.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        section(&mut out, scored);
    }
    out
}

/// Writes a line; writing to a string cannot fail.
macro_rules! line {
    ($out:expr, $($part:tt)*) => {{ let _ = writeln!($out, $($part)*); }};
}

fn head(out: &mut String, scored: &Scored) {
    let fit = &scored.problems;
    line!(
        out,
        "{} gold rows, {} predictions; missing {}, more than once {}, not in gold {}",
        fit.gold_rows,
        fit.predictions,
        fit.missing,
        fit.predicted_more_than_once,
        fit.not_in_gold
    );
    line!(out, "Written posts: compare tools by these figures; they do not say how much of real trade is found.");
    line!(out, "Contested rows ({}) are left out. Intervals: 95 %, bootstrap over families.", scored.contested.rows);
}

fn recall(out: &mut String, scored: &Scored) {
    line!(out, "{:26} {:24} {:24} {:>5} {:>8}", "RECALL, mean of families", "review or alert", "alert", "rows", "families");
    let mut row = |name: &dyn Display, recall: &Recall| {
        let (rows, families) = (recall.review.count.rows, recall.review.estimate.families);
        line!(out, "  {name:24} {:24} {:24} {rows:5} {families:8}", share(&recall.review), share(&recall.alert));
    };
    for (level, recall) in &scored.recall {
        row(&format!("disguise {level} %"), recall);
    }
    row(&"in threads", &scored.recall_threads);
    for (lang, recall) in &scored.recall_by_lang {
        row(&format!("language {lang}"), recall);
    }
    for (method, recall) in &scored.recall_by_method {
        row(&format!("{method}, 30 % and up"), recall);
    }
}

fn recall_by_class(out: &mut String, scored: &Scored) {
    let levels: Vec<u32> = scored.recall.keys().copied().filter(|level| *level > 0).collect();
    let heads: String = levels.iter().map(|level| format!("{:>6}", format!("{level} %"))).collect();
    line!(out, "{:26} {:24} {:24}{heads}", "RECALL BY CLASS", "review or alert", "alert");
    for class in CLASSES {
        let by_level = &scored.recall_by_class[class];
        let Some(plain) = by_level.get(&0) else { continue };
        let value = |level| by_level.get(level).and_then(|recall| recall.review.estimate.value);
        let disguised: String =
            levels.iter().map(|level| format!("{:>6}", value(level).map_or("-".to_owned(), |value| format!("{value:.2}")))).collect();
        line!(out, "  {class:24} {:24} {:24}{disguised}", share(&plain.review), share(&plain.alert));
    }
}

fn false_positives(out: &mut String, scored: &Scored) {
    line!(out, "{:26} {:>5}  {:34} {:34}", "FLAGGED LOOK-ALIKES", "rows", "review or alert, Wilson", "alert, Wilson");
    let cell =
        |flagged: &Flagged| format!("{:3} = {}", flagged.share.count.hits, with_interval(flagged.share.estimate.value, flagged.wilson));
    let flagged = &scored.false_positives;
    let all = std::iter::once(("all".to_owned(), &flagged.all));
    let levels = scored.false_positives_disguised.iter().map(|(level, flagged)| (format!("all, disguise {level} %"), flagged));
    let names = LOOKALIKES.iter().filter_map(|name| Some(((*name).to_owned(), flagged.by_lookalike.get(name)?)));
    for (name, flagged) in all.chain(levels).chain(names) {
        line!(out, "  {name:24} {:5}  {:34} {:34}", flagged.review.share.count.rows, cell(&flagged.review), cell(&flagged.alert));
    }
}

fn names(out: &mut String, scored: &Scored) {
    let classes = &scored.classes;
    line!(out, "CLASSES  macro F1 {}   offer, seek, broker {}", estimate(&classes.macro_f1), estimate(&classes.role_f1));
    for class in CLASSES {
        let named = &classes.by_class[class];
        line!(out, "  {class:24} F1 {:5}   right {:3}, wrong {:3}, missed {:3}", number(named.f1), named.tp, named.fp, named.fn_);
    }
    let lookalike = &scored.lookalike;
    let (rows, strict) = (lookalike.share.count.rows, number(lookalike.strict));
    line!(out, "LOOK-ALIKE NAMED  {} of {rows} cleared rows; {strict} without second answers", share(&lookalike.share));
    let route = &scored.route;
    let by_route: String =
        route.by_route.iter().map(|(name, route)| format!("   {name} {:.3} of {}", route.accuracy, route.rows)).collect();
    line!(out, "ROUTE  accuracy {}{by_route}", number(route.accuracy));
    line!(
        out,
        "  people in need: {}; sent as lead {}; at alert {} (must be 0) {}",
        counts(&route.support_tiers),
        route.support_sent_as_lead,
        route.support_alerts.len(),
        route.support_alerts.join(" ")
    );
}

fn urgency(out: &mut String, scored: &Scored) {
    let urgency = &scored.urgency;
    line!(out, "{:26} {:>8} {:>16} {:>5} {:>9}", "URGENCY", "accuracy", "mean rank error", "rows", "answered");
    for (name, urgency) in [("trade", &urgency.trade), ("trade that is found", &urgency.trade_found), ("people in need", &urgency.support)]
    {
        let (accuracy, error) = (number(urgency.accuracy), number(urgency.mean_rank_error));
        line!(out, "  {name:24} {accuracy:>8} {error:>16} {:5} {:9}", urgency.rows, urgency.answered);
    }
    for (right, said) in &urgency.trade.confusion {
        line!(out, "  {right:24} read as {}", counts(said));
    }
    let child = &scored.child;
    line!(out, "{:26} {:>8} {:>16}   {}", "CHILD", "accuracy", "rows", "said though not in the text");
    for (name, attribute) in [("sex", &child.sex), ("born", &child.born), ("count", &child.count)] {
        let [said, silent] = attribute.said_though_not_in_text;
        line!(out, "  {name:24} {:>8} {:16}   {said} of {silent}", number(attribute.accuracy), attribute.rows);
    }
}

fn mentions(out: &mut String, scored: &Scored) {
    let mentions = &scored.mentions;
    line!(out, "MENTIONS, kind and value");
    line!(out, "  {:36} {:24} of {}", "precision", share(&mentions.precision), mentions.precision.count.rows);
    for (group, recall) in &mentions.recall {
        line!(out, "  {:36} {:24} of {}", format!("recall, {group}"), share(recall), recall.count.rows);
    }
    line!(out, "  {:36} {}", "recall under any kind", number(mentions.recall_any_kind));
    for (name, kind) in &mentions.kinds {
        let cell = |style| kind.recall.get(style).map_or("-".to_owned(), |hits| format!("{}/{}", hits.hits, hits.of));
        let (plain, hidden) = (cell("plain"), cell("obfuscated"));
        line!(out, "    {name:20} plain {plain:>7}  obfuscated {hidden:>7}  reported right {:3}, wrong {:3}", kind.right, kind.wrong);
    }
}

fn risk(out: &mut String, scored: &Scored) {
    for (name, calibration) in [("undisguised", &scored.calibration.undisguised), ("all", &scored.calibration.all)] {
        let (ece, brier) = (number(calibration.ece), number(calibration.brier));
        line!(out, "CALIBRATION, {name:12} ECE {ece}   Brier {brier}   {} rows", calibration.rows);
    }
    line!(out, "  risk in {:12} {:>6} {:>6}", "", "mean", "trade");
    for (number, bin) in scored.calibration.undisguised.bins.iter().enumerate() {
        let Some(bin) = bin else { continue };
        let (from, to) = (number as f64 / 10.0, (number + 1) as f64 / 10.0);
        line!(out, "  {from:.1} to {to:.1} {:9} {:6.3} {:6.3}   {} rows", "", bin.risk, bin.trade, bin.rows);
    }
    for (name, ranking) in [("undisguised", &scored.ranking.undisguised), ("disguised", &scored.ranking.disguised)] {
        let Some(ranking) = ranking else { continue };
        let (at_50, at_200) = (number(ranking.recall_at_one_in_50), number(ranking.recall_at_one_in_200));
        line!(out, "RANKING, {name:12} AUROC {:.3}   recall at 2 % of look-alikes {at_50}, at 0.5 % {at_200}", ranking.auroc);
    }
}

fn form(out: &mut String, scored: &Scored) {
    let spans = &scored.spans;
    line!(out, "SPANS  {} violations in {} {}", spans.violations, spans.spans, counts(&spans.by_kind));
    line!(out, "FORM  {}", if scored.form.is_empty() { "nothing against the closed lists".to_owned() } else { counts(&scored.form) });
    let contested = &scored.contested;
    line!(out, "CONTESTED  trade: {}; not trade: {}", counts(&contested.trade), counts(&contested.not_trade));
}

/// Names and their counts in one line.
fn counts<K: Display>(table: &BTreeMap<K, usize>) -> String {
    table.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
