//! Figures on ten rows, each worked out by hand.

use magpie_eval::metrics::Scored;
use magpie_eval::{gold, metrics, report};
use serde_json::Value;

const GOLD: &str = include_str!("data/gold.jsonl");
const PREDICTIONS: &str = include_str!("data/predictions.jsonl");

fn scored() -> Scored {
    metrics::score(&gold::parse(GOLD).expect("gold rows"), PREDICTIONS).expect("answers")
}

/// Holds each figure, named by its place, against the value worked out by hand.
fn check(expected: &[(&str, f64)]) {
    let figures = serde_json::to_value(scored()).expect("serializes");
    for (place, expected) in expected {
        let got = figures.pointer(place).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {place}"));
        assert!((got - expected).abs() < 1e-12, "{place}: {got}, not {expected}");
    }
}

#[test]
fn rows_without_one_answer_are_counted() {
    check(&[
        ("/problems/gold_rows", 10.0),
        ("/problems/predictions", 11.0),
        ("/problems/missing", 1.0),
        ("/problems/predicted_more_than_once", 1.0),
        ("/problems/not_in_gold", 1.0),
        ("/contested/rows", 1.0),
        ("/contested/trade/clear", 1.0),
    ]);
}

#[test]
fn recall_is_the_mean_of_families() {
    check(&[
        // Family a: both found, one at alert; family b: not found.
        ("/recall/0/review/value", 1.0 / 2.0),
        ("/recall/0/alert/value", 1.0 / 4.0),
        ("/recall/0/review/rows", 3.0),
        ("/recall/0/review/families", 2.0),
        ("/recall/0/review/interval/0", 0.0),
        ("/recall/0/review/interval/1", 1.0),
        // Not answered.
        ("/recall/30/review/value", 0.0),
        ("/recall_by_method/emoji/review/value", 0.0),
        ("/recall_threads/review/value", 1.0),
        ("/recall_threads/alert/value", 0.0),
        ("/recall_by_lang/zh/alert/value", 1.0 / 2.0),
        ("/recall_by_lang/en/review/value", 0.0),
        ("/recall_by_class/offer/0/review/value", 1.0),
        ("/recall_by_class/commission/0/alert/value", 0.0),
        ("/recall_by_class/seek/30/review/value", 0.0),
    ]);
}

#[test]
fn look_alikes_that_are_flagged_or_answered_twice_are_false_positives() {
    check(&[
        ("/false_positives/all/review/value", 2.0 / 4.0),
        ("/false_positives/all/alert/value", 1.0 / 4.0),
        ("/false_positives/by_lookalike/pet/review/hits", 1.0),
        ("/false_positives/by_lookalike/pet/alert/wilson/0", 0.0),
        ("/false_positives/by_lookalike/pet/alert/wilson/1", 1.959964f64.powi(2) / (2.0 + 1.959964f64.powi(2))),
        ("/false_positives/by_lookalike/private_placing/alert/value", 1.0),
        ("/false_positives_disguised/30/review/value", 1.0),
        ("/false_positives_disguised/30/alert/hits", 1.0),
    ]);
}

#[test]
fn names_are_held_against_gold() {
    check(&[
        // offer: 2 right, 1 on a look-alike; commission and seek: missed; broker has no rows.
        ("/classes/by_class/offer/f1", 4.0 / 5.0),
        ("/classes/by_class/seek/fn", 1.0),
        ("/classes/by_class/broker/fp", 1.0),
        ("/classes/macro_f1/value", 4.0 / 5.0 / 3.0),
        ("/classes/role_f1/value", 4.0 / 5.0 / 2.0),
        ("/lookalike/value", 1.0),
        ("/lookalike/strict", 1.0 / 2.0),
        ("/lookalike/rows", 2.0),
        ("/route/accuracy", 5.0 / 7.0),
        ("/route/by_route/lead/accuracy", 2.0 / 3.0),
        ("/route/confusion/none/lead", 1.0),
        ("/route/support_tiers/alert", 1.0),
        ("/route/support_sent_as_lead", 0.0),
    ]);
    assert_eq!(scored().route.support_alerts, ["s/N3"]);
}

#[test]
fn urgency_and_child_are_scored_where_they_are_said() {
    check(&[
        // Right; one rank off; not said, so four.
        ("/urgency/trade/accuracy", 1.0 / 3.0),
        ("/urgency/trade/mean_rank_error", 5.0 / 3.0),
        ("/urgency/trade/answered", 2.0),
        ("/urgency/trade/confusion/active_actor/null", 1.0),
        ("/urgency/trade_found/mean_rank_error", 1.0 / 2.0),
        ("/urgency/support/accuracy", 0.0),
        ("/child/sex/accuracy", 1.0),
        ("/child/sex/said_though_not_in_text/0", 1.0),
        ("/child/born/accuracy", 1.0 / 2.0),
        ("/child/count/accuracy", 0.0),
        ("/child/count/said_though_not_in_text/1", 1.0),
    ]);
}

#[test]
fn identifiers_are_right_by_kind_and_value() {
    check(&[
        // The kind of the phone is wrong; the paper counts by its kind; the host of the link counts neither way.
        ("/mentions/recall/all/value", 3.0 / 4.0),
        ("/mentions/recall/plain/value", 1.0),
        ("/mentions/recall/obfuscated/value", 0.0),
        ("/mentions/recall_any_kind", 1.0),
        ("/mentions/precision/value", 3.0 / 5.0),
        ("/mentions/kinds/domain/wrong", 1.0),
        ("/mentions/kinds/phone/recall/obfuscated/of", 1.0),
        ("/mentions/kinds/resident_id/precision", 1.0),
    ]);
}

#[test]
fn breaches_of_form_are_named() {
    check(&[
        ("/spans/spans", 10.0),
        ("/spans/violations", 5.0),
        ("/spans/by_kind/reason: not on a character boundary", 1.0),
        ("/spans/by_kind/reason: points to an unknown post", 1.0),
        ("/spans/by_kind/mention: outside the field or empty", 1.0),
        ("/spans/by_kind/mention: no span", 1.0),
        ("/spans/by_kind/mention: raw is not the text of its span", 1.0),
        ("/form/identity number in clear", 1.0),
        ("/form/lookalike without tier clear", 1.0),
    ]);
}

#[test]
fn risk_is_held_against_what_is_true() {
    check(&[
        // |risk - trade| by bin: .1 .4 .7 (.1 + .15) .55 .8
        ("/calibration/undisguised/ece", 2.8 / 7.0),
        ("/calibration/undisguised/brier", 1.635 / 7.0),
        ("/calibration/undisguised/bins/1/risk", 0.125),
        ("/calibration/undisguised/bins/1/rows", 2.0),
        // Two more rows, both as wrong as can be; one falls into a bin with a trade row.
        ("/calibration/all/ece", 4.6 / 9.0),
        ("/calibration/all/brier", 3.635 / 9.0),
        ("/ranking/undisguised/auroc", 9.0 / 12.0),
        ("/ranking/undisguised/recall_at_lookalike_fpr_0.02", 1.0 / 4.0),
        ("/ranking/disguised/auroc", 0.0),
    ]);
}

#[test]
fn a_page_needs_nothing_from_outside_and_no_script() {
    let page = report::html(&scored());
    for outside in ["<script", "http://", "https://", "url(", "@import", "<link", "<img"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<svg").count(), 4);
    assert!(page.contains("written, not real, posts") && page.contains("s/N3"));
    assert!(!page.contains("maple7") && !page.contains("INVENTED"), "no text and no identifier of a post");
}

#[test]
fn an_empty_file_has_figures_too() {
    let scored = metrics::score(&[], "").expect("no rows");
    assert!(report::figures(&scored).contains("0 gold rows"));
    assert!(report::html(&scored).contains("</html>"));
}

#[test]
fn a_broken_prediction_is_named_by_its_line() {
    let error = metrics::score(&[], "{}\n\nsecret").map(|_| ()).expect_err("no JSON").to_string();
    assert!(error.contains("line 3") && !error.contains("secret"), "{error}");
}
