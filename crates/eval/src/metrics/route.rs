//! Whether posts go where they should. A person in need who is treated as a suspect is named by id.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Confusion;
use super::estimate::{At, Count, share};
use super::pair::Pair;
use crate::gold::ROUTES;

/// Figures of the routes.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// Share of rows sent where they should.
    pub accuracy: Option<f64>,
    /// The same by the route that is right.
    pub by_route: BTreeMap<&'static str, ByRoute>,
    /// People in need at tier alert, as source/id: must be empty.
    pub support_alerts: Vec<String>,
    /// Tiers of people in need.
    pub support_tiers: BTreeMap<String, usize>,
    /// People in need sent to investigators.
    pub support_sent_as_lead: usize,
    /// Right route, then the one said.
    pub confusion: Confusion,
}

/// How one route is kept.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ByRoute {
    pub accuracy: f64,
    pub rows: usize,
}

/// Measures rows of both kinds.
pub fn measure(pairs: &[&Pair]) -> Route {
    let mut confusion = Confusion::new();
    let mut all = Count::default();
    let mut by_route = ROUTES.map(|route| (route, Count::default()));
    for pair in pairs {
        let gold = pair.gold().route.as_str();
        let said = if pair.answer.is_some() { pair.said("route").unwrap_or("null") } else { "missing" };
        *confusion.entry(gold.to_owned()).or_default().entry(said.to_owned()).or_default() += 1;
        all.add(said == gold);
        by_route.iter_mut().filter(|(route, _)| *route == gold).for_each(|(_, count)| count.add(said == gold));
    }
    let support: Vec<&Pair> = pairs.iter().copied().filter(|pair| pair.gold().route == "support").collect();
    let alerts = support.iter().filter(|pair| pair.found(At::Alert));
    Route {
        accuracy: all.share(),
        by_route: by_route
            .map(|(route, count)| (route, ByRoute { accuracy: share(count.hits as f64, count.rows).unwrap_or(0.0), rows: count.rows }))
            .into(),
        support_alerts: alerts.map(|pair| format!("{}/{}", pair.row.text("source"), pair.row.text("id"))).collect(),
        support_tiers: super::tiers(&support),
        support_sent_as_lead: support.iter().filter(|pair| pair.said("route") == Some("lead")).count(),
        confusion,
    }
}
