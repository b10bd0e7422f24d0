//! Stretches of outage lengths over a cell of starts, and what they add to the expected limited spend.

use crate::year::lengths::Lengths;

/// A value at a cell's begin and at its end, straight between.
pub type Pair = [f64; 2];

/// A stretch over a cell of starts.
#[derive(Debug, Clone, Copy)]
pub struct Strip {
    /// Shortest lengths [s].
    pub from: Pair,
    /// Longest lengths [s].
    pub to: Pair,
    /// Spend at the shortest.
    pub spend: Pair,
    /// What a second more costs.
    pub slope: f64,
    /// Whether the floor is open.
    pub open: f64,
    /// The share of the attempts carried.
    pub protected: f64,
}

/// Where the spend steps: at these lengths from these amounts to those.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Lengths [s].
    pub at: Pair,
    /// Spend just below.
    pub low: Pair,
    /// Spend just above.
    pub high: Pair,
}

/// Starts over which the stretches shift evenly.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Share of the year's starts.
    pub weight: f64,
    /// By length.
    pub strips: Vec<Strip>,
    /// By length.
    pub steps: Vec<Step>,
}

/// The value of a line at a share of the way.
#[must_use]
pub fn line(pair: Pair, t: f64) -> f64 {
    if pair[0] == pair[1] { pair[0] } else { pair[0] + (pair[1] - pair[0]) * t }
}

/// Where a line crosses a value, inside (0, 1).
#[must_use]
pub fn crossing(pair: Pair, value: f64) -> Option<f64> {
    let t = (value - pair[0]) / (pair[1] - pair[0]);
    (t > 0.0 && t < 1.0).then_some(t)
}

/// Cuts [0, 1] at crossings, in order; and the number of parts.
#[must_use]
pub fn cut(crossings: [Option<f64>; 2]) -> ([f64; 4], usize) {
    let mut cuts = [0.0, 1.0, 1.0, 1.0];
    let mut count = 1;
    let [a, b] = crossings;
    let (first, second) = match (a, b) {
        (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
        (a, b) => (a.or(b), None),
    };
    for t in [first, second].into_iter().flatten() {
        cuts[count] = t;
        count += 1;
    }
    cuts[count] = 1.0;
    (cuts, count)
}

/// Nodes and weights of Gauss and Legendre's rule on [0, 1] (Abramowitz and Stegun 25.4.30, n = 6).
const GAUSS: [(f64, f64); 6] = [
    (0.033_765_242_898_423_975, 0.085_662_246_189_585_18),
    (0.169_395_306_766_867_76, 0.180_380_786_524_069_3),
    (0.380_690_406_958_401_5, 0.233_956_967_286_345_52),
    (0.619_309_593_041_598_5, 0.233_956_967_286_345_52),
    (0.830_604_693_233_132_3, 0.180_380_786_524_069_3),
    (0.966_234_757_101_576, 0.085_662_246_189_585_18),
];

/// ∫ of a smooth function.
pub fn gauss(from: f64, to: f64, f: &impl Fn(f64) -> f64) -> f64 {
    GAUSS.iter().map(|(node, weight)| weight * f(from + (to - from) * node)).sum::<f64>() * (to - from)
}

/// ∫ over [0, 1], halved until two halves agree well enough with the whole.
pub fn integrate(f: &impl Fn(f64) -> f64, enough: f64) -> f64 {
    fn part(f: &impl Fn(f64) -> f64, from: f64, to: f64, whole: f64, enough: f64, depth: u32) -> f64 {
        let middle = (from + to) / 2.0;
        let (left, right) = (gauss(from, middle, f), gauss(middle, to, f));
        if depth == 0 || (left + right - whole).abs() <= enough {
            return left + right;
        }
        part(f, from, middle, left, enough, depth - 1) + part(f, middle, to, right, enough, depth - 1)
    }
    part(f, 0.0, 1.0, gauss(0.0, 1.0, f), enough, 10)
}

/// ∫ of min(line, x) over [0, 1].
#[must_use]
pub fn limited_line(pair: Pair, x: f64) -> f64 {
    let (least, most) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
    if x >= most {
        (least + most) / 2.0
    } else if x <= least {
        x
    } else {
        let over = most - x;
        (least + most) / 2.0 - over * over / (2.0 * (most - least))
    }
}

impl Strip {
    /// Spend at the longest lengths.
    #[must_use]
    pub fn end(&self) -> Pair {
        let end = |i: usize| match self.slope {
            0.0 => self.spend[i],
            slope => self.spend[i] + slope * (self.to[i] - self.from[i]),
        };
        [end(0), end(1)]
    }

    /// Least and most of the spend.
    #[must_use]
    pub fn extent(&self) -> (f64, f64) {
        extent(self.spend, self.end())
    }
}

impl Step {
    /// By how much it steps.
    #[must_use]
    pub fn size(&self) -> Pair {
        [self.high[0] - self.low[0], self.high[1] - self.low[1]]
    }

    /// Least and most of the spend.
    #[must_use]
    pub fn extent(&self) -> (f64, f64) {
        extent(self.low, self.high)
    }

    /// What it adds to E[min(X, x)].
    #[must_use]
    pub fn below(&self, lengths: &Lengths, x: f64) -> f64 {
        if self.at[0] == self.at[1] {
            return lengths.survival(self.at[0]) * (limited_line(self.high, x) - limited_line(self.low, x));
        }
        let (cuts, count) = cut([crossing(self.low, x), crossing(self.high, x)]);
        let size = |t: f64| {
            let below = line(self.high, t).min(x) - line(self.low, t).min(x);
            lengths.survival(line(self.at, t)) * below
        };
        cuts.iter().zip(&cuts[1..]).take(count).filter(|(a, b)| b > a).map(|(a, b)| gauss(*a, *b, &size)).sum()
    }
}

/// Least and most of the amounts of two lines over a cell.
fn extent(a: Pair, b: Pair) -> (f64, f64) {
    (a[0].min(a[1]).min(b[0]).min(b[1]), a[0].max(a[1]).max(b[0]).max(b[1]))
}

/// A line of lengths, over whose parts I (the expected limited length) is integrated.
#[derive(Clone, Copy)]
struct Path {
    at: Pair,
    rate: f64,
    way: Way,
}

#[derive(Clone, Copy)]
enum Way {
    /// One length for all starts.
    Even,
    /// ∫ I is a difference of its antiderivative J.
    Steep { per_rate: f64 },
    /// Too close for a difference: Simpson's rule on a smooth function, error 0.004⁴/2880.
    Close,
}

impl Path {
    /// `longest`: the longest length at which it is asked [s].
    fn new(at: Pair, longest: f64) -> Self {
        if at[0] == at[1] || at[0].is_infinite() {
            return Self { at, rate: 0.0, way: Way::Even };
        }
        let rate = at[1] - at[0];
        let way = if rate.abs() < 0.004 * longest { Way::Close } else { Way::Steep { per_rate: 1.0 / rate } };
        Self { at, rate, way }
    }

    /// ∫ I over the part from a to b, at lengths that are longer by `shift`, kept within a strip.
    fn integral(&self, lengths: &Lengths, a: f64, b: f64, shift: f64) -> f64 {
        let at = |t: f64| (self.at[0] + self.rate * t + shift).max(0.0);
        match self.way {
            Way::Even => (b - a) * lengths.limited(at(0.0)),
            Way::Steep { per_rate } => (lengths.limited_integral(at(b)) - lengths.limited_integral(at(a))) * per_rate,
            Way::Close => {
                let sum = lengths.limited(at(a)) + 4.0 * lengths.limited(at((a + b) / 2.0)) + lengths.limited(at(b));
                (b - a) * sum / 6.0
            }
        }
    }
}

/// The starts at which a line lies at or below a value: a part of [0, 1] at one of its ends.
#[derive(Clone, Copy)]
struct Split {
    first: f64,
    per_rise: f64,
    /// 1 where the line rises, −1 where it falls, 0 where it is level.
    sign: i8,
}

impl Split {
    fn new(pair: Pair) -> Self {
        let rise = pair[1] - pair[0];
        let sign = if rise > 0.0 { 1 } else { -i8::from(rise < 0.0) };
        Self { first: pair[0], per_rise: 1.0 / rise, sign }
    }

    fn at_most(&self, x: f64) -> (f64, f64) {
        match self.sign {
            0 if x >= self.first => (0.0, 1.0),
            0 => (0.0, 0.0),
            1 => (0.0, ((x - self.first) * self.per_rise).clamp(0.0, 1.0)),
            _ => (((x - self.first) * self.per_rise).clamp(0.0, 1.0), 1.0),
        }
    }
}

/// A strip made ready for many amounts: what it adds to E[min(X, x)] is slope · ∫ S over the lengths in it that cost
/// less than x.
pub struct Prepared<'l> {
    lengths: &'l Lengths,
    slope: f64,
    per_slope: f64,
    /// Where all of the strip costs less than an amount, and where any of it does.
    all: Split,
    any: Split,
    from: Path,
    to: Path,
    /// The lengths that cost an amount x: these, longer by x/slope.
    costing: Path,
    /// ∫ I over the whole of `from` and `to`.
    whole: (f64, f64),
}

impl<'l> Prepared<'l> {
    /// Of a strip whose slope is not zero.
    #[must_use]
    pub fn new(lengths: &'l Lengths, strip: &Strip) -> Self {
        let per_slope = 1.0 / strip.slope;
        let (all, any) = if strip.slope > 0.0 { (strip.end(), strip.spend) } else { (strip.spend, strip.end()) };
        let base = |i: usize| strip.from[i] - strip.spend[i] * per_slope;
        let finite = |pair: Pair| pair[0].max(pair[1]);
        let longest = if strip.to[0].is_finite() { finite(strip.to) } else { finite(strip.from) };
        let (from, to) = (Path::new(strip.from, longest), Path::new(strip.to, longest));
        let mut costing = Path::new([base(0), base(1)], longest);
        // Differences of two lines are level to rounding only.
        if costing.rate.abs() <= 1e-9 * longest {
            costing = Path { rate: 0.0, way: Way::Even, ..costing };
        }
        let whole = (from.integral(lengths, 0.0, 1.0, 0.0), to.integral(lengths, 0.0, 1.0, 0.0));
        Self {
            lengths,
            slope: strip.slope,
            per_slope,
            all: Split::new(all),
            any: Split::new(any),
            from,
            to,
            costing,
            whole,
        }
    }

    /// Where every amount in the strip lies below.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.slope * (self.whole.1 - self.whole.0)
    }

    /// The strip's part of E[min(X, x)].
    #[must_use]
    pub fn below(&self, x: f64) -> f64 {
        let (a, b) = self.all.at_most(x);
        let (c, d) = self.any.at_most(x);
        let mut sum = 0.0;
        if b > a {
            sum += self.path(&self.to, self.whole.1, a, b) - self.path(&self.from, self.whole.0, a, b);
        }
        // What is not below altogether, of what is below at all: at one side of the former.
        for (a, b) in if b > a { [(c, a), (b, d)] } else { [(c, d), (0.0, 0.0)] } {
            if b > a {
                let costing = self.costing.integral(self.lengths, a, b, x * self.per_slope);
                sum += if self.slope > 0.0 {
                    costing - self.path(&self.from, self.whole.0, a, b)
                } else {
                    self.path(&self.to, self.whole.1, a, b) - costing
                };
            }
        }
        self.slope * sum
    }

    fn path(&self, path: &Path, whole: f64, a: f64, b: f64) -> f64 {
        if a == 0.0 && b == 1.0 {
            return whole;
        }
        match path.way {
            Way::Even => (b - a) * whole,
            _ => path.integral(self.lengths, a, b, 0.0),
        }
    }
}
