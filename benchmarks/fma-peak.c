/* The most 128-bit fused multiply-adds that one core does: what the wasm kernels are held against. Prints GFLOP/s. */
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(void) {
  double best = 0;
  for (int round = 0; round < 60; round++) {
    __m128 sum[12];
    for (int i = 0; i < 12; i++) sum[i] = _mm_set1_ps(i);
    const __m128 x = _mm_set1_ps(0.999f), y = _mm_set1_ps(1e-3f);
    const int repeats = 300000;
    const double began = now();
    for (int n = 0; n < repeats; n++) {
      for (int i = 0; i < 12; i++) sum[i] = _mm_fmadd_ps(sum[i], x, y);
      __asm__ volatile("" ::: "memory");
    }
    const double rate = repeats * 12.0 * 8 / (now() - began) / 1e9;
    for (int i = 1; i < 12; i++) sum[0] = _mm_add_ps(sum[0], sum[i]);
    volatile float used = _mm_cvtss_f32(sum[0]);
    (void)used;
    if (rate > best) best = rate;
  }
  printf("%.2f\n", best);
  return 0;
}
