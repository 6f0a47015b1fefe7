/*
 * Memory for one short call. Every call starts from the snapshot and ends with the instance thrown
 * away, so nothing is coalesced and nothing is returned: a block's size class has a free list, and
 * what no list holds is cut from the end. An allocation is about ten instructions; wasi-libc's
 * dlmalloc takes ten times that, and its blocks cannot be told apart from garbage when the memory
 * is written into the contract.
 *
 * A block is a 4-byte header (its class) and a payload that starts at a multiple of 8.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE 65536u
#define SMALL_MAX 512u           /* up to here classes are 8 bytes apart */
#define SMALL_CLASSES 64u
#define CLASSES (SMALL_CLASSES + 22u * 4u)

extern unsigned char __heap_base;
static uint32_t top;             /* where the next block is cut; 4 modulo 8 */
static uint32_t limit;           /* end of the memory that is there */
static uint32_t free_list[CLASSES];

/* Bytes of a whole block, header included. */
static inline uint32_t class_bytes(uint32_t c)
{
  uint32_t step;
  if (c < SMALL_CLASSES)
    return (c + 1) * 8;
  c -= SMALL_CLASSES;
  step = 128u << (c / 4);
  return (512u << (c / 4)) + (c % 4 + 1) * step;
}

static inline uint32_t class_of(uint32_t bytes)
{
  uint32_t octave, base;
  if (bytes <= SMALL_MAX)
    return (bytes - 1) / 8;
  octave = 22 - __builtin_clz(bytes - 1);   /* 513..1024 → 0 */
  base = 512u << octave;
  return SMALL_CLASSES + octave * 4 + (bytes - base - 1) / (base / 4);
}

static inline uint32_t *header_of(void *ptr)
{
  return (uint32_t *)((uint32_t)ptr - 4);
}

size_t malloc_usable_size(void *ptr)
{
  return ptr ? class_bytes(*header_of(ptr)) - 4 : 0;
}

void *malloc(size_t size)
{
  uint32_t c, block, bytes;

  if (size > 0x3fff0000u)
    return NULL;
  c = class_of(size + 4 < 8 ? 8 : size + 4);
  block = free_list[c];
  if (block) {
    free_list[c] = *(uint32_t *)block;
    return (void *)block;
  }
  if (!top)
    top = (((uint32_t)&__heap_base + 11) & ~7u) - 4;
  bytes = class_bytes(c);
  if (top + bytes > limit) {
    limit = __builtin_wasm_memory_size(0) * PAGE;
    if (top + bytes > limit) {
      if (__builtin_wasm_memory_grow(0, (top + bytes - limit + PAGE - 1) / PAGE) == (size_t)-1)
        return NULL;
      limit = __builtin_wasm_memory_size(0) * PAGE;
    }
  }
  block = top + 4;
  top += bytes;
  *header_of((void *)block) = c;
  return (void *)block;
}

void free(void *ptr)
{
  uint32_t c;
  if (!ptr)
    return;
  c = *header_of(ptr);
  *(uint32_t *)ptr = free_list[c];
  free_list[c] = (uint32_t)ptr;
}

void *calloc(size_t count, size_t size)
{
  uint64_t bytes = (uint64_t)count * size;
  void *ptr = bytes > 0x3fff0000u ? NULL : malloc(bytes);
  return ptr ? memset(ptr, 0, bytes) : NULL;
}

void *realloc(void *ptr, size_t size)
{
  uint32_t old;
  void *fresh;

  if (!ptr)
    return malloc(size);
  old = malloc_usable_size(ptr);
  if (size <= old)
    return ptr;
  fresh = malloc(size);
  if (!fresh)
    return NULL;
  memcpy(fresh, ptr, old);
  free(ptr);
  return fresh;
}

/* Zeroes what the free blocks hold, so that only living bytes are written into the contract. */
void cw_seal_allocator(void)
{
  for (uint32_t c = 0; c < CLASSES; c++)
    for (uint32_t block = free_list[c]; block; block = *(uint32_t *)block)
      memset((void *)(block + 4), 0, class_bytes(c) - 8);
  limit = 0;
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
