/*
 * Memory for one short call. Every call starts from the snapshot and ends with the instance thrown
 * away, so nothing is coalesced and nothing is returned: a size class has a free list, and what it
 * does not hold is cut from a slab of the class. An allocation is about ten instructions; wasi-libc's
 * dlmalloc takes ten times that, and its blocks cannot be told apart from garbage when the memory
 * is written into the contract.
 *
 * The class of a block is noted once for its slab, so a block has no header: of what a snapshot
 * holds, one byte in twelve would be headers. Blocks lie at multiples of 4, which is all that a WebAssembly
 * engine asks of an address.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE 65536u
#define SLAB_BITS 12u
#define SLAB (1u << SLAB_BITS)
#define MEMORY_MAX (128u << 20)  /* 2048 pages: what the chain gives */
#define SMALL_MAX 512u           /* up to here classes are 4 bytes apart */
#define SMALL_CLASSES 128u
#define SHARED_MAX 2048u         /* above, a block has slabs of its own */
#define CLASSES (SMALL_CLASSES + 22u * 4u)

extern unsigned char __heap_base;
static uint32_t top;             /* the next slab */
static uint8_t slab_class[MEMORY_MAX >> SLAB_BITS];
static uint32_t free_list[CLASSES];
static uint32_t fresh[CLASSES];  /* in the newest slab of the class, what was not yet given out */
static uint32_t fresh_count[CLASSES];

static inline __attribute__((always_inline)) uint32_t class_bytes(uint32_t c)
{
  uint32_t step;
  if (c < SMALL_CLASSES)
    return (c + 1) * 4;
  c -= SMALL_CLASSES;
  step = 128u << (c / 4);
  return (512u << (c / 4)) + (c % 4 + 1) * step;
}

static inline __attribute__((always_inline)) uint32_t class_of(uint32_t bytes)
{
  uint32_t octave, base;
  if (bytes <= SMALL_MAX)
    return (bytes - 1) / 4;
  octave = 22 - __builtin_clz(bytes - 1);   /* 513..1024 → 0 */
  base = 512u << octave;
  return SMALL_CLASSES + octave * 4 + (bytes - base - 1) / (base / 4);
}

static inline __attribute__((always_inline)) uint32_t class_at(void *ptr)
{
  return slab_class[(uint32_t)ptr >> SLAB_BITS];
}

size_t malloc_usable_size(void *ptr)
{
  return ptr ? class_bytes(class_at(ptr)) : 0;
}

/* Takes slabs for a class; 0 when there is no more memory. */
static __attribute__((noinline)) int take_slabs(uint32_t c)
{
  uint32_t bytes = class_bytes(c);
  uint32_t taken = bytes > SHARED_MAX ? (bytes + SLAB - 1) & ~(SLAB - 1) : SLAB;
  uint32_t end;

  if (!top)
    top = ((uint32_t)&__heap_base + SLAB - 1) & ~(SLAB - 1);
  end = top + taken;
  if (end < top || end > MEMORY_MAX)
    return 0;
  if (end > (uint32_t)__builtin_wasm_memory_size(0) * PAGE) {
    uint32_t missing = end - (uint32_t)__builtin_wasm_memory_size(0) * PAGE;
    if (__builtin_wasm_memory_grow(0, (missing + PAGE - 1) / PAGE) == (size_t)-1)
      return 0;
  }
  slab_class[top >> SLAB_BITS] = c;
  fresh[c] = top;
  fresh_count[c] = bytes > SHARED_MAX ? 1 : SLAB / bytes;
  top = end;
  return 1;
}

void *malloc(size_t size)
{
  uint32_t c, block;

  if (size > 0x3fff0000u)
    return NULL;
  c = class_of(size ? size : 1);
  block = free_list[c];
  if (block) {
    free_list[c] = *(uint32_t *)block;
    return (void *)block;
  }
  if (!fresh_count[c] && !take_slabs(c))
    return NULL;
  block = fresh[c];
  fresh_count[c]--;
  fresh[c] = block + class_bytes(c);
  return (void *)block;
}

void free(void *ptr)
{
  uint32_t c;
  if (!ptr)
    return;
  c = class_at(ptr);
  *(uint32_t *)ptr = free_list[c];
  free_list[c] = (uint32_t)ptr;
}

void *calloc(size_t count, size_t size)
{
  uint64_t bytes = (uint64_t)count * size;
  void *ptr = bytes > 0x3fff0000u ? NULL : malloc(bytes);
  return ptr ? memset(ptr, 0, bytes) : NULL;
}

/* Of no bytes: frees, as the engine expects. */
void *realloc(void *ptr, size_t size)
{
  uint32_t old;
  void *fresh_ptr;

  if (!ptr)
    return malloc(size);
  if (!size) {
    free(ptr);
    return NULL;
  }
  old = malloc_usable_size(ptr);
  if (size <= old)
    return ptr;
  fresh_ptr = malloc(size);
  if (!fresh_ptr)
    return NULL;
  memcpy(fresh_ptr, ptr, old);
  free(ptr);
  return fresh_ptr;
}

/*
 * Forgets the free blocks and zeroes what they hold, so that only living bytes are written into the
 * contract: a call has memory enough without them. Returns where the memory in use ends.
 */
uint32_t cw_seal_allocator(void)
{
  for (uint32_t c = 0; c < CLASSES; c++) {
    for (uint32_t block = free_list[c], next; block; block = next) {
      next = *(uint32_t *)block;
      memset((void *)block, 0, class_bytes(c));
    }
    free_list[c] = fresh[c] = fresh_count[c] = 0;
  }
  return top;
}

/*
 * wasi-libc copies with an instruction that the chain's WebAssembly lacks; lowered, that is a loop
 * over single bytes. WebAssembly reads and writes eight at any address.
 */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
  uint8_t *out = to;
  const uint8_t *in = from;
  for (; size >= 32; size -= 32, out += 32, in += 32) {
    ((word *)out)[0] = ((const word *)in)[0];
    ((word *)out)[1] = ((const word *)in)[1];
    ((word *)out)[2] = ((const word *)in)[2];
    ((word *)out)[3] = ((const word *)in)[3];
  }
  for (; size >= 8; size -= 8, out += 8, in += 8)
    *(word *)out = *(const word *)in;
  while (size--)
    *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, size_t size)
{
  uint8_t *out = (uint8_t *)to + size;
  const uint8_t *in = (const uint8_t *)from + size;
  if ((uintptr_t)to - (uintptr_t)from >= size)
    return memcpy(to, from, size);
  for (; size >= 8; size -= 8) {
    out -= 8;
    in -= 8;
    *(word *)out = *(const word *)in;
  }
  while (size--)
    *--out = *--in;
  return to;
}

void *memset(void *to, int value, size_t size)
{
  uint8_t *out = to;
  uint64_t filled = 0x0101010101010101u * (uint8_t)value;
  for (; size >= 8; size -= 8, out += 8)
    *(word *)out = filled;
  while (size--)
    *out++ = (uint8_t)value;
  return to;
}

/* The classes of slabs, and where the first may begin. */
void cw_allocator_roots(uint32_t *roots)
{
  roots[0] = (uint32_t)slab_class;
  roots[1] = (uint32_t)&__heap_base;
}
