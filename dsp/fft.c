#include "dsp/fft.h"

#include "dsp/memory.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

struct fft {
  fftwf_plan forward, inverse;
};

/* The only global state of Unbraid. */
static pthread_mutex_t planner_lock = PTHREAD_MUTEX_INITIALIZER;

/* Other plugins of the host plan too, each under a lock of its own: FFTW's own lock is for all. */
static pthread_once_t planner_guard = PTHREAD_ONCE_INIT;

/* Buffered plans allocate memory while they run; the audio thread must not. */
enum { PLAN_FLAGS = FFTW_ESTIMATE | FFTW_NO_BUFFERING };

struct fft *fft_new(unsigned size) {
  struct fft *fft = calloc(1, sizeof *fft);
  float *time = memory_floats(size);
  float *spectrum = memory_floats((size_t)size + 2);
  if (fft && time && spectrum) {
    fftwf_complex *bins = (fftwf_complex *)spectrum;
    pthread_once(&planner_guard, fftwf_make_planner_thread_safe);
    pthread_mutex_lock(&planner_lock);
    fft->forward = fftwf_plan_dft_r2c_1d((int)size, time, bins, PLAN_FLAGS);
    fft->inverse = fftwf_plan_dft_c2r_1d((int)size, bins, time, PLAN_FLAGS);
    pthread_mutex_unlock(&planner_lock);
  }
  free(time);
  free(spectrum);
  if (fft && (!fft->forward || !fft->inverse)) {
    fft_free(fft);
    return NULL;
  }
  return fft;
}

void fft_free(struct fft *fft) {
  if (!fft) {
    return;
  }
  pthread_mutex_lock(&planner_lock);
  fftwf_destroy_plan(fft->forward);
  fftwf_destroy_plan(fft->inverse);
  pthread_mutex_unlock(&planner_lock);
  free(fft);
}

void fft_forward(const struct fft *fft, const float *time, float *spectrum) UNBRAID_REALTIME {
  /* An out-of-place real-to-complex plan leaves its input alone; FFTW's types do not say so. */
  union {
    const float *in;
    float *unqualified;
  } samples = {.in = time};
  UNBRAID_TRUST_BEGIN
  fftwf_execute_dft_r2c(fft->forward, samples.unqualified, (fftwf_complex *)spectrum);
  UNBRAID_TRUST_END
}

void fft_inverse(const struct fft *fft, float *spectrum, float *time) UNBRAID_REALTIME {
  UNBRAID_TRUST_BEGIN
  fftwf_execute_dft_c2r(fft->inverse, (fftwf_complex *)spectrum, time);
  UNBRAID_TRUST_END
}
