//! Posts in, assessments out.
//!
//! Pure functions over batches: no files, clock, network or chance. The stages, in data order:
//! `post`, `text`, `identifier`, `assessment`.

pub mod assessment;
pub mod identifier;
pub mod pack;
pub mod post;
pub mod text;
pub mod units;
