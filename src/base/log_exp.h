// Logarithm, exponential and log-gamma that give the same bits on every machine.
//
// libm's last bit differs between processors and versions, and state that was folded with it would differ after a
// replay elsewhere. These use only IEEE + - * / and the bits of a double, never libm; the build keeps the compiler from
// fusing a multiplication and an addition (`-ffp-contract=off`). Everything that computes state uses these.
//
// Pure functions; any thread.
#pragma once

namespace earshot {

// Natural logarithm, relative error below 2.5e-16. -infinity at 0, NaN below it.
double portable_log(double x);

// e^x, relative error below 2.5e-16 (less digits where the result is subnormal). Infinity above 709.78, 0 below
// -745.13.
double portable_exp(double x);

// e^x - 1 without losing the digits of a small x; relative error below 4e-16.
double portable_exp_minus_one(double x);

// base^exponent for base > 0, relative error below 1e-15 + 2.5e-16 |exponent ln(base)|: at worst 2e-13.
double portable_pow(double base, double exponent);

// ln Gamma(x) for x > 0, relative error below 2e-15, also close to its zeros at 1 and 2.
double portable_log_gamma(double x);

}  // namespace earshot
