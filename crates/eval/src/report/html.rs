//! Figures as one page: no script, nothing from outside, plots as SVG with a table beside each.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::plot::{self, Row, escape};
use super::{estimate, number, share, with_interval};
use crate::gold::{CLASSES, LOOKALIKES};
use crate::metrics::false_positives::FalsePositives;
use crate::metrics::recall::Recall;
use crate::metrics::{Confusion, Scored};

const STYLE: &str = include_str!("page.css");

/// The whole page. It holds figures and ids of support rows at alert, and no post text.
pub fn html(scored: &Scored) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Magpie: measured against gold</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    head(&mut out, scored);
    out += "<main>\n";
    for section in [recall, recall_by_class, false_positives, calibration, names, routes, urgency, mentions, form] {
        out += "<section>\n";
        section(&mut out, scored);
        out += "</section>\n";
    }
    out + "</main>\n<footer>Written by <code>magpie eval</code>. Indicators, not verdicts: people decide.</footer>\n</body>\n</html>\n"
}

/// Writes a line; writing to a string cannot fail.
macro_rules! line {
    ($out:expr, $($part:tt)*) => {{ let _ = writeln!($out, $($part)*); }};
}

fn head(out: &mut String, scored: &Scored) {
    let fit = &scored.problems;
    line!(out, "<header>\n<h1>Measured against gold</h1>");
    line!(
        out,
        "<p>{} gold rows, {} predictions; {} missing, {} given more than once, {} not in gold. {} contested rows are left out.</p>",
        fit.gold_rows,
        fit.predictions,
        fit.missing,
        fit.predicted_more_than_once,
        fit.not_in_gold,
        scored.contested.rows
    );
    line!(
        out,
        "<p><strong>These are written, not real, posts.</strong> The figures say how well constructions that a writer thought of are told \
         from their look-alikes, and let versions and tools be compared on the same file. They do not say which share of real trade is \
         found, nor how many flagged posts would turn out to be trade: in the field trade is far rarer than here, and its writers adapt. \
         Intervals cover 95 % and speak of the choice of families only.</p>"
    );
    let alerts = scored.route.support_alerts.len();
    let recall = scored.recall.get(&0);
    let tiles = [
        ("Trade found, as written", recall.map_or("-".to_owned(), |recall| share(&recall.review))),
        ("Look-alikes flagged", share(&scored.false_positives.all.review.share)),
        ("Look-alikes at alert", share(&scored.false_positives.all.alert.share)),
        ("Classes, macro F1", estimate(&scored.classes.macro_f1)),
        ("Calibration error", number(scored.calibration.undisguised.ece)),
        ("People in need at alert", alerts.to_string()),
    ];
    line!(out, "<dl>");
    for (name, figure) in tiles {
        let (value, interval) = figure.split_once(' ').unwrap_or((&figure, ""));
        line!(out, "<div><dt>{name}</dt><dd><b>{value}</b>{interval}</dd></div>");
    }
    line!(out, "</dl>");
    if alerts > 0 {
        let ids = escape(&scored.route.support_alerts.join(", "));
        line!(out, "<p class=\"warn\">People in need put at alert, which must not be: {ids}</p>");
    }
    line!(out, "</header>");
}

fn recall(out: &mut String, scored: &Scored) {
    let levels = scored.recall.iter().map(|(level, recall)| (format!("disguise {level} %"), recall));
    let threads = (scored.recall_threads.review.count.rows > 0).then(|| ("in threads".to_owned(), &scored.recall_threads));
    let langs = scored.recall_by_lang.iter().map(|(lang, recall)| (format!("language {lang}"), recall));
    let methods = scored.recall_by_method.iter().map(|(method, recall)| (format!("{method}, 30 % up"), recall));
    line!(
        out,
        "<h2>Trade that is found</h2>\n<p>Recall: the share found in each family, averaged over families, so that no family weighs more by having more rows. Disguise is the share of characters disturbed.</p>"
    );
    recalls(out, "Recall by disguise, in threads and by language", &levels.chain(threads).chain(langs).collect::<Vec<_>>());
    let methods: Vec<_> = methods.collect();
    table(out, "By method of disguise", &["", "review or alert", "alert", "rows", "families"], methods.iter().map(recall_cells));
}

fn recall_by_class(out: &mut String, scored: &Scored) {
    let classes = CLASSES.iter().filter_map(|class| Some(((*class).to_owned(), scored.recall_by_class[class].get(&0)?)));
    line!(out, "<h2>Trade that is found, by class</h2>\n<p>Posts as written. A post may have several classes.</p>");
    recalls(out, "Recall by class", &classes.collect::<Vec<_>>());
}

fn recalls(out: &mut String, title: &str, parts: &[(String, &Recall)]) {
    let points = |recall: &Recall| [&recall.review, &recall.alert].map(|share| (share.estimate.value, share.estimate.interval));
    let rows: Vec<Row> = parts.iter().map(|(name, recall)| Row { label: name.clone(), points: points(recall) }).collect();
    figure(
        out,
        &plot::proportions(title, &rows),
        "Mark: value. Line: interval of 95 % by drawing families; none where there is one family.",
    );
    table(out, title, &["", "review or alert", "alert", "rows", "families"], parts.iter().map(recall_cells));
}

fn recall_cells((name, recall): &(String, &Recall)) -> Vec<String> {
    let review = &recall.review;
    vec![name.clone(), share(review), share(&recall.alert), review.count.rows.to_string(), review.estimate.families.to_string()]
}

fn false_positives(out: &mut String, scored: &Scored) {
    let flagged = &scored.false_positives;
    let all = std::iter::once(("all, as written".to_owned(), &flagged.all));
    let levels = scored.false_positives_disguised.iter().map(|(level, flagged)| (format!("all, disguise {level} %"), flagged));
    let names = LOOKALIKES.iter().filter_map(|name| Some(((*name).to_owned(), flagged.by_lookalike.get(name)?)));
    let parts: Vec<(String, &FalsePositives)> = all.chain(levels).chain(names).collect();
    line!(
        out,
        "<h2>Look-alikes that are flagged</h2>\n<p>Posts that are no trade but use its words. Each flagged one costs an analyst's time, or a family's peace.</p>"
    );
    let points = |flagged: &FalsePositives| [&flagged.review, &flagged.alert].map(|at| (at.share.estimate.value, at.wilson));
    let rows: Vec<Row> = parts.iter().map(|(name, flagged)| Row { label: name.clone(), points: points(flagged) }).collect();
    figure(out, &plot::proportions("Look-alikes flagged", &rows), "Mark: value. Line: Wilson's interval of 95 %, wide where rows are few.");
    table(
        out,
        "Look-alikes flagged, with Wilson's intervals",
        &["", "rows", "review or alert", "", "alert", ""],
        parts.iter().map(|(name, flagged)| {
            let mut cells = vec![name.clone(), flagged.review.share.count.rows.to_string()];
            for at in [&flagged.review, &flagged.alert] {
                cells.extend([at.share.count.hits.to_string(), with_interval(at.share.estimate.value, at.wilson)]);
            }
            cells
        }),
    );
}

fn calibration(out: &mut String, scored: &Scored) {
    let both = [&scored.calibration.undisguised, &scored.calibration.all];
    line!(
        out,
        "<h2>Whether risk is a probability</h2>\n<p>On the dashed line, seven in ten posts given 0.7 are trade. Risk is meant for half trade, half look-alikes, as in this file; at the field's prevalence read it as a rank.</p>"
    );
    figure(
        out,
        &plot::reliability("Reliability", both),
        "A mark for each tenth of risk that holds rows. Line: Wilson's interval of 95 %, wide where rows are few.",
    );
    let names = ["as written", "with disguised copies"];
    let rows = names.iter().zip(both).map(|(name, calibration)| {
        vec![(*name).to_owned(), number(calibration.ece), number(calibration.brier), calibration.rows.to_string()]
    });
    table(out, "Expected calibration error over ten bins, and Brier score", &["", "ECE", "Brier", "rows"], rows);
    let bins = both[0].bins.iter().zip(&both[1].bins).enumerate().map(|(number, (plain, all))| {
        let mut cells = vec![format!("{:.1} to {:.1}", number as f64 / 10.0, (number + 1) as f64 / 10.0)];
        for bin in [plain, all] {
            let cell = |figure: fn(&crate::metrics::calibration::Bin) -> String| bin.as_ref().map_or("-".to_owned(), figure);
            cells.extend([
                cell(|bin| bin.rows.to_string()),
                cell(|bin| format!("{:.3}", bin.risk)),
                cell(|bin| format!("{:.3}", bin.trade)),
            ]);
        }
        cells
    });
    table(
        out,
        "Reliability: as written, then with disguised copies",
        &["risk", "rows", "mean risk", "trade", "rows", "mean risk", "trade"],
        bins,
    );
    let rankings = [("as written", &scored.ranking.undisguised), ("disguised copies", &scored.ranking.disguised)];
    let rows = rankings.iter().filter_map(|(name, ranking)| {
        let ranking = ranking.as_ref()?;
        let recalls = [ranking.recall_at_one_in_50, ranking.recall_at_one_in_200].map(number);
        Some([vec![(*name).to_owned(), number(Some(ranking.auroc))], recalls.into()].concat())
    });
    table(out, "The order by risk", &["", "AUROC", "recall at 2 % of look-alikes", "recall at 0.5 %"], rows);
}

fn names(out: &mut String, scored: &Scored) {
    let classes = &scored.classes;
    line!(out, "<h2>Classes and look-alikes named</h2>");
    line!(
        out,
        "<p>Macro F1 {}; offer, seek and broker alone {}. Classes said of look-alikes count against them.</p>",
        estimate(&classes.macro_f1),
        estimate(&classes.role_f1)
    );
    let rows = CLASSES.iter().map(|class| {
        let named = &classes.by_class[class];
        vec![(*class).to_owned(), number(named.f1), named.tp.to_string(), named.fp.to_string(), named.fn_.to_string()]
    });
    table(out, "Classes", &["", "F1", "right", "wrong", "missed"], rows);
    let lookalike = &scored.lookalike;
    line!(
        out,
        "<p>Look-alike named on {} cleared rows: {}; without second answers {}.</p>",
        lookalike.share.count.rows,
        share(&lookalike.share),
        number(lookalike.strict)
    );
}

fn routes(out: &mut String, scored: &Scored) {
    let route = &scored.route;
    line!(
        out,
        "<h2>Where posts go</h2>\n<p>Accuracy {}. People in need sent as lead: {}.</p>",
        number(route.accuracy),
        route.support_sent_as_lead
    );
    let rows =
        route.by_route.iter().map(|(name, route)| vec![(*name).to_owned(), format!("{:.3}", route.accuracy), route.rows.to_string()]);
    table(out, "By the right route", &["", "accuracy", "rows"], rows);
    confusion(out, "Right route, by the one said", &route.confusion);
}

fn urgency(out: &mut String, scored: &Scored) {
    let urgency = &scored.urgency;
    line!(out, "<h2>Urgency and child</h2>");
    let parts = [("trade", &urgency.trade), ("trade that is found", &urgency.trade_found), ("people in need", &urgency.support)];
    let rows = parts.iter().map(|(name, urgency)| {
        let counts = [urgency.rows, urgency.answered].map(|count| count.to_string());
        [vec![(*name).to_owned(), number(urgency.accuracy), number(urgency.mean_rank_error)], counts.into()].concat()
    });
    table(out, "Urgency", &["", "accuracy", "mean rank error", "rows", "answered"], rows);
    confusion(out, "Right urgency of trade, by the one said", &urgency.trade.confusion);
    let child = &scored.child;
    let parts = [("sex", &child.sex), ("born", &child.born), ("count", &child.count)];
    let rows = parts.iter().map(|(name, child)| {
        let [said, silent] = child.said_though_not_in_text;
        vec![(*name).to_owned(), number(child.accuracy), child.rows.to_string(), format!("{said} of {silent}")]
    });
    table(out, "The child, where the text says it", &["", "accuracy", "rows", "said though not in the text"], rows);
}

fn mentions(out: &mut String, scored: &Scored) {
    let mentions = &scored.mentions;
    line!(
        out,
        "<h2>Identifiers</h2>\n<p>Right is the exact kind and value. Under any kind, {} of the values are found.</p>",
        number(mentions.recall_any_kind)
    );
    let precision = std::iter::once(("precision".to_owned(), &mentions.precision));
    let parts = precision.chain(mentions.recall.iter().map(|(group, recall)| (format!("recall, {group}"), recall)));
    table(out, "All kinds", &["", "", "of"], parts.map(|(name, part)| vec![name, share(part), part.count.rows.to_string()]));
    let rows = mentions.kinds.iter().map(|(name, kind)| {
        let found = |style| kind.recall.get(style).map_or("-".to_owned(), |hits| format!("{} of {}", hits.hits, hits.of));
        let reported = [kind.right, kind.wrong].map(|count| count.to_string());
        [vec![name.clone(), found("plain"), found("obfuscated")], reported.into()].concat()
    });
    table(out, "By kind", &["", "found plain", "found obfuscated", "reported right", "wrong"], rows);
}

fn form(out: &mut String, scored: &Scored) {
    let spans = &scored.spans;
    line!(out, "<h2>Form</h2>\n<p>{} of {} spans do not hold.</p>", spans.violations, spans.spans);
    let faults = spans.by_kind.iter().map(|(what, count)| vec![what.clone(), count.to_string()]);
    table(out, "Spans that do not hold", &["", "count"], faults);
    let breaches = scored.form.iter().map(|(what, count)| vec![(*what).to_owned(), count.to_string()]);
    table(out, "Against the closed lists", &["", "rows"], breaches);
    if scored.form.is_empty() {
        line!(out, "<p>Nothing against the closed lists, no identity number in clear.</p>");
    }
    let tiers =
        |tiers: &BTreeMap<String, usize>| tiers.iter().map(|(tier, count)| format!("{tier} {count}")).collect::<Vec<_>>().join(", ");
    let contested = [("trade", &scored.contested.trade), ("not trade", &scored.contested.not_trade)];
    let rows = contested.iter().filter(|(_, counts)| !counts.is_empty()).map(|(name, counts)| vec![(*name).to_owned(), tiers(counts)]);
    table(out, "Contested rows, by tier", &["", "tiers"], rows);
}

fn confusion(out: &mut String, caption: &str, confusion: &Confusion) {
    let mut said: Vec<&str> = confusion.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
    said.sort_unstable();
    said.dedup();
    let heads: Vec<&str> = std::iter::once("").chain(said.iter().copied()).collect();
    let rows = confusion.iter().map(|(right, row)| {
        let counts = said.iter().map(|said| row.get(*said).map_or(String::new(), usize::to_string));
        std::iter::once(right.clone()).chain(counts).collect()
    });
    table(out, caption, &heads, rows);
}

fn figure(out: &mut String, svg: &str, caption: &str) {
    line!(out, "<figure>{svg}<figcaption>{caption}</figcaption></figure>");
}

/// A table; nothing where it would have no rows.
fn table(out: &mut String, caption: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let head: String = heads
        .iter()
        .map(|head| if head.is_empty() { "<td></td>".to_owned() } else { format!("<th scope=\"col\">{}</th>", escape(head)) })
        .collect();
    line!(out, "<div class=\"table\"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>");
    for row in rows {
        let cells: String = row.iter().skip(1).map(|cell| format!("<td>{}</td>", escape(cell))).collect();
        line!(out, "<tr><th scope=\"row\">{}</th>{cells}</tr>", escape(&row[0]));
    }
    line!(out, "</tbody></table></div>");
}
