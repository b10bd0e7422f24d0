//! The standard normal law.

use std::f64::consts::FRAC_1_SQRT_2;

/// P(Z > z).
#[must_use]
pub fn upper(z: f64) -> f64 {
    libm::erfc(z * FRAC_1_SQRT_2) / 2.0
}

/// The density at z.
#[must_use]
pub fn density(z: f64) -> f64 {
    const HEIGHT: f64 = 0.398_942_280_401_432_7;
    HEIGHT * libm::exp(-z * z / 2.0)
}

/// Mills' ratio P(Z > t)/density(t), for t ≥ 0: finite where both are 0. The continued fraction is Laplace's
/// (DLMF 7.9.2).
#[must_use]
pub fn mills(t: f64) -> f64 {
    if t < 5.0 {
        return upper(t) / density(t);
    }
    (1..=60).rev().fold(t, |rest, k| t + f64::from(k) / rest).recip()
}

/// The z with P(Z < z) = p and P(Z > z) = q = 1 − p; the smaller of the two says where, so both tails are exact.
/// Wichura's AS241 (Applied Statistics 37, 1988): 16 digits. Infinite at 0 and 1.
#[must_use]
pub fn quantile(p: f64, q: f64) -> f64 {
    let middle = if p < q { p - 0.5 } else { 0.5 - q };
    if middle.abs() <= 0.425 {
        return middle * ratio(0.180_625 - middle * middle, &CENTRE);
    }
    let tail = p.min(q);
    if tail <= 0.0 {
        return if p < q { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 { ratio(r - 1.6, &NEAR) } else { ratio(r - 5.0, &FAR) };
    if p < q { -z } else { z }
}

/// Numerator and denominator of a rational function, the highest power first.
type Ratio = [[f64; 8]; 2];

fn ratio(x: f64, [above, below]: &Ratio) -> f64 {
    let value = |powers: &[f64; 8]| powers.iter().fold(0.0, |sum, c| sum * x + c);
    value(above) / value(below)
}

#[rustfmt::skip]
const CENTRE: Ratio = [
    [2_509.080_928_730_122_7, 33_430.575_583_588_13, 67_265.770_927_008_7, 45_921.953_931_549_87,
     13_731.693_765_509_46, 1_971.590_950_306_551_3, 133.141_667_891_784_38, 3.387_132_872_796_366_5],
    [5_226.495_278_852_854, 28_729.085_735_721_943, 39_307.895_800_092_71, 21_213.794_301_586_597,
     5_394.196_021_424_751, 687.187_007_492_057_9, 42.313_330_701_600_91, 1.0],
];

#[rustfmt::skip]
const NEAR: Ratio = [
    [7.745_450_142_783_414e-4, 0.022_723_844_989_269_184, 0.241_780_725_177_450_6, 1.270_458_252_452_368_4,
     3.647_848_324_763_204_5, 5.769_497_221_460_691, 4.630_337_846_156_546, 1.423_437_110_749_683_5],
    [1.050_750_071_644_416_9e-9, 5.475_938_084_995_345e-4, 0.015_198_666_563_616_457, 0.148_103_976_427_480_08,
     0.689_767_334_985_1, 1.676_384_830_183_803_8, 2.053_191_626_637_759, 1.0],
];

#[rustfmt::skip]
const FAR: Ratio = [
    [2.010_334_399_292_288_1e-7, 2.711_555_568_743_487_6e-5, 0.001_242_660_947_388_078_4, 0.026_532_189_526_576_124,
     0.296_560_571_828_504_87, 1.784_826_539_917_291_3, 5.463_784_911_164_114, 6.657_904_643_501_103],
    [2.044_263_103_389_939_8e-15, 1.421_511_758_316_446e-7, 1.846_318_317_510_054_8e-5, 7.868_691_311_456_133e-4,
     0.014_875_361_290_850_615, 0.136_929_880_922_735_8, 0.599_832_206_555_887_9, 1.0],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// (p, 1 − p, the quantile of p).
    const NORMAL: [(f64, f64, f64); 12] = [
        (0.55, 0.45, 0.12566134685507402),
        (0.7, 0.3, 0.5244005127080408),
        (0.9, 0.1, 1.2815515655446004),
        (0.9299999999999999, 0.07, 1.4757910281791706),
        (0.95, 0.05, 1.6448536269514726),
        (0.975, 0.025, 1.9599639845400543),
        (0.99, 0.01, 2.326347874040841),
        (0.999, 0.001, 3.0902323061678136),
        (0.999999999, 1e-9, 5.9978070150076865),
        (1.0, 1e-20, 9.262340089798407),
        (1.0, 1e-100, 21.273453560965326),
        (1.0, 1e-300, 37.0470962993612),
    ];

    const MILLS: [(f64, f64); 6] = [
        (0.5, 0.8763644564536923),
        (2.0, 0.4213692292880545),
        (4.99, 0.1931683511618671),
        (5.0, 0.19280810471531576),
        (8.0, 0.1231319632579323),
        (200.0, 0.004999875009373828),
    ];

    #[test]
    fn quantiles_of_the_tables() {
        // By mpmath at 60; 1.6449, 1.9600, 2.3263 and 3.0902 stand in every table.
        for (p, q, want) in NORMAL {
            let got = quantile(p, q);
            assert!((got / want - 1.0).abs() < 1e-15, "{q}: {got} {want}");
            assert_eq!(quantile(q, p), -got);
        }
        assert_eq!(quantile(0.5, 0.5), 0.0);
        assert_eq!((quantile(0.0, 1.0), quantile(1.0, 0.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn quantiles_and_tails_undo_each_other() {
        for i in -370..=370 {
            let z = f64::from(i) / 10.0;
            let back = quantile(upper(-z), upper(z));
            // A tail of z = 37 has lost digits to its own argument: z·dz.
            assert!((back - z).abs() <= 1e-15 * (1.0 + z.abs()), "{z} {back}");
        }
    }

    #[test]
    fn mills_ratio_is_smooth_where_the_formula_changes() {
        for (t, want) in MILLS {
            assert!((mills(t) / want - 1.0).abs() < 3e-15, "{t} {} {want}", mills(t));
        }
        assert!(mills(1e300) > 0.0 && mills(0.0).is_finite());
    }
}
