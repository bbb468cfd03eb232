//! Posts in, assessments out.
//!
//! Pure functions over batches: no files, clock, network or chance. The stages, in data order:
//! `post`, `text`, `identifier`, `assessment`; `pack` is what they know of languages, `units` the words they share.
//! Start reading at [`assessment::Assessor::assess`].

pub mod assessment;
pub mod identifier;
pub mod pack;
pub mod post;
pub mod text;
pub mod units;
