//===- bench/same/run.c - Calls both versions of functions ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: run INPUTS. Each function of Cases, as LLVM compiled it and as it is with
// rules, on the same random and corner inputs: a line for each that gives something
// else, and how many were run. An input on which LLVM's traps is left out.
//
//===----------------------------------------------------------------------===//

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { Slots = 12, SlotBytes = 512 };

struct Case {
  const char *Name;
  intptr_t HasFloats; ///< where two NaNs meet, LLVM may exchange them
  void (*Drive)(void (*Fn)(void), void *In, void *Out);
  void (*Now)(void), (*New)(void);
};
extern const struct Case Cases[];
extern const int NumCases;

/// What a call reads and writes: arguments, what they point to, and the result. Both
/// versions find theirs at one address, with nothing around it.
struct State {
  _Alignas(64) uint8_t In[Slots * SlotBytes], Out[1024];
};
enum { GuardBytes = 1 << 20, StateBytes = 1 << 13 };

static uint64_t Seed = 88172645463325252u;
static uint64_t next(void) {
  Seed ^= Seed << 13;
  Seed ^= Seed >> 7;
  return Seed ^= Seed << 17;
}

/// Numbers at which integers and floating-point numbers of every width turn.
static const uint64_t Corners[] = {
    0,          1,          2,          7,          8,          15,         16,
    31,         32,         63,         64,         127,        128,        255,
    0x7fff,     0x8000,     0xffff,     0x7fffffff, 0x80000000, 0xffffffff, ~0ull,
    1ull << 63, ~0ull >> 1, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000,
    0x7fa00000, 0x00000001, 0x00800000, 0x4b000000, 0x3c00,     0x7c00,     0x3ff0000000000000,
    0x7ff0000000000000, 0x7ff8000000000000, 0x7ff4000000000000, 0xfff0000000000000,
    0x4330000000000000};

/// One slot's elements of \p Width bytes.
static void fill(uint8_t *Slot, const uint8_t *Before, size_t Width) {
  const uint64_t Kind = next() % 8, Splat = next();
  for (size_t At = 0; At < SlotBytes; At += Width) {
    uint64_t X = next();
    if (Kind == 0 || (Kind == 1 && X >> 62))
      X = Corners[(Kind ? X : Splat) % (sizeof(Corners) / sizeof(*Corners))];
    else if (Kind == 2)
      X &= 15;
    else if (Kind == 3)
      X = X >> 62 ? 0 : X;
    else if (Kind == 4)
      X = X & 1 ? ~0ull : 0;
    else if (Kind == 5 && Before && X >> 61)
      memcpy(&X, Before + At, Width);
    memcpy(Slot + At, &X, Width);
  }
}

static int isNaN(uint64_t X, unsigned Bits, unsigned Fraction) {
  const uint64_t Quiet = ((1ull << (Bits - 1 - Fraction)) - 1) << Fraction;
  return (X & Quiet) == Quiet && (X & ((1ull << Fraction) - 1));
}

/// Equal, or where they differ numbers of one width that are NaNs in both.
static int same(const struct Case *C, const uint8_t *A, const uint8_t *B, size_t Bytes) {
  if (!memcmp(A, B, Bytes))
    return 1;
  for (size_t At = 0; C->HasFloats && At < Bytes; At += 8) {
    uint64_t X, Y;
    memcpy(&X, A + At, 8);
    memcpy(&Y, B + At, 8);
    int Doubles = X == Y || (isNaN(X, 64, 52) && isNaN(Y, 64, 52)), Floats = 1, Halves = 1;
    for (unsigned I = 0; I != 64; I += 32)
      Floats &= (uint32_t)(X >> I) == (uint32_t)(Y >> I) ||
                (isNaN(X >> I & 0xffffffff, 32, 23) && isNaN(Y >> I & 0xffffffff, 32, 23));
    for (unsigned I = 0; I != 64; I += 16)
      Halves &= (uint16_t)(X >> I) == (uint16_t)(Y >> I) ||
                (isNaN(X >> I & 0xffff, 16, 10) && isNaN(Y >> I & 0xffff, 16, 10));
    if (!Doubles && !Floats && !Halves)
      return 0;
  }
  return C->HasFloats != 0;
}

static sigjmp_buf Trapped;
static void onTrap(int Signal) { siglongjmp(Trapped, Signal); }

/// 0, or the signal that ended it.
static int call(const struct Case *C, void (*Fn)(void), struct State *S) {
  int Signal = sigsetjmp(Trapped, 1);
  if (!Signal)
    C->Drive(Fn, S->In, S->Out);
  return Signal;
}

int main(int Count, char **Args) {
  const int Inputs = Count > 1 ? atoi(Args[1]) : 1000;
  int Run = 0, Different = 0;
  static struct State Given, Now;
  uint8_t *Room = mmap(NULL, 2 * GuardBytes + StateBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct State *S = (struct State *)(Room + GuardBytes);
  if (Room == MAP_FAILED || mprotect(S, StateBytes, PROT_READ | PROT_WRITE))
    return 2;
  for (const int *Each = (const int[]){SIGSEGV, SIGBUS, SIGFPE, SIGILL, 0}; *Each; ++Each)
    signal(*Each, onTrap);
  for (int I = 0; I != NumCases; ++I) {
    const struct Case *C = &Cases[I];
    int Calls = 0;
    for (int K = 0; K != Inputs; ++K) {
      memset(&Given, 0, sizeof(Given));
      for (int Slot = 0; Slot != Slots; ++Slot)
        fill(Given.In + Slot * SlotBytes, Slot ? Given.In + (Slot - 1) * SlotBytes : NULL,
             1u << next() % 4);
      *S = Given;
      if (call(C, C->Now, S))
        continue;
      ++Calls;
      Now = *S;
      *S = Given;
      int Signal = call(C, C->New, S);
      if (!Signal && same(C, (const uint8_t *)&Now, (const uint8_t *)S, sizeof(Now)))
        continue;
      printf("DIFFERENT %s: input %d%s\n", C->Name, K, Signal ? " (a signal)" : "");
      ++Different;
      break;
    }
    Run += Calls != 0;
  }
  printf("run %d different %d\n", Run, Different);
  return Different != 0;
}
