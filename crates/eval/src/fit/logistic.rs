//! Logistic regression with a quadratic penalty, on sparse rows of ones.
//!
//! Source of the method: Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithm 7.5 (L-BFGS).

/// Rows of ones: which features each row has.
#[derive(Default)]
pub struct Matrix {
    /// First entry of each row in `columns`, and one past the last.
    pub starts: Vec<usize>,
    /// Feature numbers.
    pub columns: Vec<u32>,
    /// How many features there are.
    pub width: usize,
}

impl Matrix {
    /// The features of a row.
    pub fn row(&self, row: usize) -> &[u32] {
        &self.columns[self.starts[row]..self.starts[row + 1]]
    }
}

/// One thing to learn: a label and a weight for each of some rows.
pub struct Task {
    /// Rows that take part.
    pub rows: Vec<u32>,
    /// Whether each of them is positive.
    pub labels: Vec<bool>,
    /// How much each of them counts.
    pub weights: Vec<f64>,
    /// What a feature counts where it stands: more for one that is likelier to tell, so that its weight is penalised
    /// less.
    pub values: Vec<f64>,
}

const MEMORY: usize = 8;

/// Weights in natural log-odds, with the features' values in them; the last is the intercept, which is not penalised.
pub fn fit(matrix: &Matrix, task: &Task, penalty: f64, iterations: usize) -> Vec<f64> {
    let mut weights = vec![0.0; matrix.width + 1];
    let mut gradient = vec![0.0; matrix.width + 1];
    let mut loss = evaluate(matrix, task, penalty, &weights, &mut gradient);
    let mut history: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..iterations {
        let direction = descent(&gradient, &history);
        let slope = dot(&direction, &gradient);
        if slope > -1e-9 * (1.0 + loss.abs()) {
            break;
        }
        let mut step = if history.is_empty() { 1.0 / norm(&gradient).max(1.0) } else { 1.0 };
        let mut next_gradient = vec![0.0; gradient.len()];
        let moved = loop {
            let next: Vec<f64> = weights.iter().zip(&direction).map(|(weight, delta)| weight + step * delta).collect();
            let next_loss = evaluate(matrix, task, penalty, &next, &mut next_gradient);
            if next_loss <= loss + 1e-4 * step * slope {
                break Some((next, next_loss));
            }
            step *= 0.5;
            if step < 1e-12 {
                break None;
            }
        };
        let Some((next, next_loss)) = moved else { break };
        let delta: Vec<f64> = next.iter().zip(&weights).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&delta, &change);
        if curvature > 1e-12 {
            if history.len() == MEMORY {
                history.remove(0);
            }
            history.push((delta, change, 1.0 / curvature));
        }
        let done = (loss - next_loss).abs() < 1e-6 * (1.0 + loss.abs());
        (weights, gradient, loss) = (next, next_gradient, next_loss);
        if done {
            break;
        }
    }
    weights.iter_mut().zip(&task.values).for_each(|(weight, value)| *weight *= value);
    weights
}

/// The score of a row in natural log-odds.
pub fn score(matrix: &Matrix, row: usize, weights: &[f64]) -> f64 {
    matrix.row(row).iter().map(|column| weights[*column as usize]).sum::<f64>() + weights[matrix.width]
}

fn evaluate(matrix: &Matrix, task: &Task, penalty: f64, weights: &[f64], gradient: &mut [f64]) -> f64 {
    let width = matrix.width;
    let mut loss = 0.0;
    for (slot, weight) in gradient[..width].iter_mut().zip(weights) {
        *slot = penalty * weight;
        loss += 0.5 * penalty * weight * weight;
    }
    gradient[width] = 0.0;
    for ((&row, &label), &importance) in task.rows.iter().zip(&task.labels).zip(&task.weights) {
        let features = matrix.row(row as usize).iter().map(|column| *column as usize);
        let margin = features.map(|column| weights[column] * task.values[column]).sum::<f64>() + weights[width];
        let signed = if label { margin } else { -margin };
        loss += importance * if signed > 0.0 { (-signed).exp().ln_1p() } else { signed.exp().ln_1p() - signed };
        let pull = importance / (1.0 + signed.exp());
        let pull = if label { -pull } else { pull };
        for &column in matrix.row(row as usize) {
            gradient[column as usize] += pull * task.values[column as usize];
        }
        gradient[width] += pull;
    }
    loss
}

/// The direction of descent by the two-loop recursion.
fn descent(gradient: &[f64], history: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|value| -value).collect();
    let mut shares = vec![0.0; history.len()];
    for (at, (delta, change, inverse)) in history.iter().enumerate().rev() {
        shares[at] = inverse * dot(delta, &direction);
        add(&mut direction, change, -shares[at]);
    }
    if let Some((delta, change, _)) = history.last() {
        let scale = dot(delta, change) / dot(change, change);
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for (at, (delta, change, inverse)) in history.iter().enumerate() {
        let back = inverse * dot(change, &direction);
        add(&mut direction, delta, shares[at] - back);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], from: &[f64], share: f64) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += share * from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_decides_gets_the_weight() {
        let matrix = Matrix { starts: vec![0, 2, 4, 5, 6], columns: vec![0, 2, 0, 1, 1, 2], width: 3 };
        let task = Task { rows: vec![0, 1, 2, 3], labels: vec![true, true, false, false], weights: vec![1.0; 4], values: vec![1.0; 3] };
        let weights = fit(&matrix, &task, 0.1, 100);
        assert!(weights[0] > 1.0 && weights[0] > weights[1].abs() && weights[0] > weights[2].abs(), "{weights:?}");
        assert!(score(&matrix, 0, &weights) > 0.0 && score(&matrix, 3, &weights) < 0.0);
    }

    #[test]
    fn the_gradient_is_nought_at_the_end() {
        let matrix = Matrix { starts: vec![0, 1, 2, 2], columns: vec![0, 1], width: 2 };
        let task = Task { rows: vec![0, 1, 2], labels: vec![true, false, true], weights: vec![1.0, 2.0, 0.5], values: vec![1.0; 2] };
        let weights = fit(&matrix, &task, 0.3, 200);
        let mut gradient = vec![0.0; 3];
        evaluate(&matrix, &task, 0.3, &weights, &mut gradient);
        assert!(norm(&gradient) < 1e-2, "{gradient:?}");
    }
}
