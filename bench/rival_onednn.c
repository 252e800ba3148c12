/* SPDX-License-Identifier: ISC */
/* oneDNN 2: its convolution, in the memory formats it asks for. Where a layer sees one band at a
 * time an inner product does the same sums; the faster of the two counts. */
#include "bench/measure.h"
#include "bench/rival.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if DNNL_VERSION_MAJOR != 2
#error "written for oneDNN 2"
#endif

enum { SOURCE, WEIGHTS, BIAS, TARGET, ARGUMENTS, TRIALS = 50 };

/* One way to compute the layer. */
struct way {
  dnnl_primitive_t primitive;
  dnnl_memory_t memory[ARGUMENTS];
  dnnl_memory_desc_t plain[ARGUMENTS]; /* how the caller's arrays lie */
  dnnl_exec_arg_t arguments[ARGUMENTS];
};

struct layer {
  struct rival_shape shape;
  struct way convolution, product, *best;
};

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static bool initialise(void) {
  return engine || (dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success &&
                    dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success);
}

/* Copies between the caller's array and the library's memory. */
static bool move(const struct way *way, int argument, float *array, bool in) {
  dnnl_memory_t outside = NULL;
  const dnnl_memory_desc_t *inside = NULL;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t reorder = NULL;
  bool good = dnnl_memory_create(&outside, &way->plain[argument], engine, array) == dnnl_success &&
              dnnl_memory_get_memory_desc(way->memory[argument], &inside) == dnnl_success;
  const dnnl_memory_desc_t *from = in ? &way->plain[argument] : inside;
  const dnnl_memory_desc_t *to = in ? inside : &way->plain[argument];
  good = good &&
         dnnl_reorder_primitive_desc_create(&description, from, engine, to, engine, NULL) ==
             dnnl_success &&
         dnnl_primitive_create(&reorder, description) == dnnl_success;
  if (good) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, in ? outside : way->memory[argument]},
                                   {DNNL_ARG_TO, in ? way->memory[argument] : outside}};
    good = dnnl_primitive_execute(reorder, stream, 2, arguments) == dnnl_success;
  }
  dnnl_primitive_destroy(reorder);
  dnnl_primitive_desc_destroy(description);
  dnnl_memory_destroy(outside);
  return good;
}

/* The same tensor, its layout left to the library. */
static dnnl_memory_desc_t any_of(const dnnl_memory_desc_t *plain) {
  dnnl_memory_desc_t any;
  dnnl_memory_desc_init_by_tag(&any, plain->ndims, plain->dims, dnnl_f32, dnnl_format_tag_any);
  return any;
}

static dnnl_primitive_attr_t activation(float slope) {
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t ops = NULL;
  dnnl_primitive_attr_create(&attributes);
  dnnl_post_ops_create(&ops);
  if (slope != 1.0f) {
    dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, slope, 0.0f);
  }
  dnnl_primitive_attr_set_post_ops(attributes, ops);
  dnnl_post_ops_destroy(ops);
  return attributes;
}

/* From the operation's description and the plain tensors to what runs. */
static bool create(struct way *way, const_dnnl_op_desc_t operation, const struct layer *l,
                   float *weights, float *bias) {
  static const dnnl_query_t queries[] = {dnnl_query_src_md, dnnl_query_weights_md,
                                         dnnl_query_weights_md, dnnl_query_dst_md};
  static const int names[] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST};
  dnnl_primitive_attr_t attributes = activation(l->shape.slope);
  dnnl_primitive_desc_t description = NULL;
  bool good = dnnl_primitive_desc_create(&description, operation, attributes, engine, NULL) ==
                  dnnl_success &&
              dnnl_primitive_create(&way->primitive, description) == dnnl_success;
  for (int i = 0; good && i < ARGUMENTS; ++i) {
    const dnnl_memory_desc_t *wanted =
        dnnl_primitive_desc_query_md(description, queries[i], i == BIAS);
    good =
        dnnl_memory_create(&way->memory[i], wanted, engine, DNNL_MEMORY_ALLOCATE) == dnnl_success;
    way->arguments[i] = (dnnl_exec_arg_t){names[i], way->memory[i]};
  }
  dnnl_primitive_desc_destroy(description);
  dnnl_primitive_attr_destroy(attributes);
  return good && move(way, WEIGHTS, weights, true) && move(way, BIAS, bias, true);
}

static bool create_convolution(struct layer *l, float *weights, float *bias) {
  const struct rival_shape *s = &l->shape;
  dnnl_memory_desc_t *plain = l->convolution.plain, any[ARGUMENTS];
  dnnl_dim_t pad = s->width / 2;
  dnnl_dims_t source = {1, s->inputs, s->frames, s->bands}, target = {1, s->outputs, 1, s->bands};
  dnnl_dims_t kernel = {s->outputs, s->inputs, s->frames, s->width}, biases = {s->outputs};
  dnnl_dims_t strides = {1, 1}, padding = {0, pad};
  dnnl_convolution_desc_t operation;
  dnnl_memory_desc_init_by_tag(&plain[SOURCE], 4, source, dnnl_f32, dnnl_nhwc);
  dnnl_memory_desc_init_by_tag(&plain[WEIGHTS], 4, kernel, dnnl_f32, dnnl_oihw);
  dnnl_memory_desc_init_by_tag(&plain[BIAS], 1, biases, dnnl_f32, dnnl_a);
  dnnl_memory_desc_init_by_tag(&plain[TARGET], 4, target, dnnl_f32, dnnl_nhwc);
  for (int i = 0; i < ARGUMENTS; ++i) {
    any[i] = any_of(&plain[i]);
  }
  return dnnl_convolution_forward_desc_init(
             &operation, dnnl_forward_inference, dnnl_convolution_direct, &any[SOURCE],
             &any[WEIGHTS], &any[BIAS], &any[TARGET], strides, padding, padding) == dnnl_success &&
         create(&l->convolution, &operation, l, weights, bias);
}

static bool create_product(struct layer *l, float *weights, float *bias) {
  const struct rival_shape *s = &l->shape;
  dnnl_memory_desc_t *plain = l->product.plain, any[ARGUMENTS];
  dnnl_dims_t source = {s->bands, s->inputs, s->frames, 1}, target = {s->bands, s->outputs};
  dnnl_dims_t kernel = {s->outputs, s->inputs, s->frames, 1}, biases = {s->outputs};
  dnnl_dims_t strides = {s->inputs, 1, (dnnl_dim_t)s->bands * s->inputs, 1};
  dnnl_inner_product_desc_t operation;
  dnnl_memory_desc_init_by_strides(&plain[SOURCE], 4, source, dnnl_f32, strides);
  dnnl_memory_desc_init_by_tag(&plain[WEIGHTS], 4, kernel, dnnl_f32, dnnl_oihw);
  dnnl_memory_desc_init_by_tag(&plain[BIAS], 1, biases, dnnl_f32, dnnl_a);
  dnnl_memory_desc_init_by_tag(&plain[TARGET], 2, target, dnnl_f32, dnnl_ab);
  for (int i = 0; i < ARGUMENTS; ++i) {
    any[i] = any_of(&plain[i]);
  }
  return dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_inference, &any[SOURCE],
                                              &any[WEIGHTS], &any[BIAS],
                                              &any[TARGET]) == dnnl_success &&
         create(&l->product, &operation, l, weights, bias);
}

static void execute(const struct way *way) {
  dnnl_primitive_execute(way->primitive, stream, ARGUMENTS, way->arguments);
}

static double seconds(const struct way *way) {
  double times[TRIALS];
  for (int i = 0; i < TRIALS; ++i) {
    double begun = measure_now(CLOCK_MONOTONIC);
    execute(way);
    times[i] = measure_now(CLOCK_MONOTONIC) - begun;
  }
  return measure_median(times, TRIALS);
}

static void free_way(struct way *way) {
  dnnl_primitive_destroy(way->primitive);
  for (int i = 0; i < ARGUMENTS; ++i) {
    dnnl_memory_destroy(way->memory[i]);
  }
}

static void free_layer(void *layer) {
  struct layer *l = layer;
  free_way(&l->convolution);
  free_way(&l->product);
  free(l);
}

static float *copy(const float *values, size_t n) {
  float *to = measure_memory(n, sizeof *to);
  memcpy(to, values, n * sizeof *to);
  return to;
}

static void *prepare(const struct rival_shape *shape, const float *weights, const float *bias,
                     const char *isa) {
  (void)isa; /* ONEDNN_MAX_CPU_ISA says it */
  struct layer *l = measure_memory(1, sizeof *l);
  l->shape = *shape;
  /* Memory of the library's is made of arrays that it may write. */
  float *w = copy(weights, shape->outputs * rival_sums(shape)), *b = copy(bias, shape->outputs);
  bool good = initialise() && create_convolution(l, w, b);
  l->best = &l->convolution;
  if (good && shape->width == 1) {
    good = create_product(l, w, b);
    if (good && seconds(&l->product) < seconds(&l->convolution)) {
      l->best = &l->product;
    }
  }
  free(w);
  free(b);
  if (!good) {
    free_layer(l);
    return NULL;
  }
  return l;
}

static void feed(void *layer, const float *x) {
  struct layer *l = layer;
  const struct rival_shape *s = &l->shape;
  float *array = copy(x, (size_t)s->frames * s->bands * s->inputs);
  move(l->best, SOURCE, array, true);
  free(array);
}

static void run(void *layer) {
  struct layer *l = layer;
  execute(l->best);
}

static void read_output(void *layer, float *y) {
  struct layer *l = layer;
  move(l->best, TARGET, y, false);
}

const struct rival rival_onednn = {.name = "oneDNN",
                                   .prepare = prepare,
                                   .feed = feed,
                                   .run = run,
                                   .read = read_output,
                                   .free = free_layer};
