//===- verify/Z3Solver.cpp - Z3 behind a process boundary
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Z3Solver.h"
#include "llvm/ADT/StringExtras.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <z3++.h>

using namespace llvm;

namespace whittle {

std::string z3Version() {
  unsigned Major, Minor, Build, Revision;
  Z3_get_version(&Major, &Minor, &Build, &Revision);
  return "z3 " + std::to_string(Major) + "." + std::to_string(Minor) + "." + std::to_string(Build);
}

//===----------------------------------------------------------------------===//
// The child
//===----------------------------------------------------------------------===//

namespace {
/// Megabytes after which a query is given up.
constexpr const char *MemoryLimit = "4096";

enum class Member : uint8_t { SmtCore, Bitvector };

struct Attempt {
  char Kind = '?'; ///< u(nsat), s(at), ? unknown
  std::string Reason;
  std::string Model; ///< decimal values, separated by spaces
  uint64_t Resources = 0;
};
} // namespace

/// Made before the first fork and only used in children, each of which gets its
/// own untouched copy: a context takes 8 ms to make, a query often less than 1.
/// Null if Z3 cannot make one.
static z3::context *preparedContext() {
  static z3::context *Prepared = []() -> z3::context * {
    try {
      z3::set_param("memory_max_size", MemoryLimit);
      return new z3::context;
    } catch (const z3::exception &) {
      return nullptr;
    }
  }();
  return Prepared;
}

/// Z3's tactic for the theories that the query needs.
static const char *bitvectorTactic(const SmtQuery &Q) {
  return Q.Arrays ? "qfaufbv" : Q.Functions ? "qfufbv" : "qfbv";
}

/// In \p Prepared, which no other attempt has used, or in a context of its own.
static Attempt attempt(z3::context *Prepared, const SmtQuery &Q, Member Who, unsigned RLimit) {
  Attempt A;
  try {
    std::optional<z3::context> Own;
    z3::context &Ctx = Prepared ? *Prepared : Own.emplace();
    z3::solver S = Who == Member::SmtCore ? z3::tactic(Ctx, "smt").mk_solver()
                                          : z3::tactic(Ctx, bitvectorTactic(Q)).mk_solver();
    z3::params P(Ctx);
    P.set("rlimit", RLimit);
    S.set(P);
    for (const z3::expr &E : Ctx.parse_string(Q.Text.c_str()))
      S.add(E);
    z3::check_result R = S.check();
    z3::stats Stats = S.statistics();
    for (unsigned I = 0; I < Stats.size(); ++I)
      if (Stats.key(I) == "rlimit count")
        A.Resources = Stats.uint_value(I);
    if (R == z3::unsat) {
      A.Kind = 'u';
    } else if (R == z3::sat) {
      z3::model M = S.get_model();
      for (unsigned I = 0; I < Q.AtomWidths.size(); ++I) {
        z3::expr X = Ctx.bv_const(("x" + std::to_string(I)).c_str(), Q.AtomWidths[I]);
        std::string Value;
        if (!M.eval(X, true).is_numeral(Value))
          throw z3::exception("the model has no value for an atom");
        A.Model += Value + " ";
      }
      A.Kind = 's';
    } else {
      A.Reason = S.reason_unknown();
    }
  } catch (const z3::exception &E) {
    A.Kind = '?';
    A.Reason = E.msg();
  }
  return A;
}

/// Runs the portfolio and writes "<kind><member> <resources>\n<model or reason>".
[[noreturn]] static void runChild(const SmtQuery &Q, uint64_t RLimit, SolverPlan Which, int Out) {
  // Dies with its parent; Ctrl-C is the parent's business.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, SIG_DFL);
  auto Clamp = [](uint64_t X) { return unsigned(std::clamp<uint64_t>(X, 1, UINT32_MAX)); };
  const std::pair<Member, unsigned> Portfolio[] = {{Member::SmtCore, Clamp(RLimit / 4)},
                                                   {Member::Bitvector, Clamp(RLimit)},
                                                   {Member::SmtCore, Clamp(RLimit)}};
  const ArrayRef Plan = Which == SolverPlan::SmtCore ? ArrayRef(Portfolio).take_back(1) : Portfolio;
  Attempt A;
  Member Who = Member::SmtCore;
  z3::context *Prepared = preparedContext();
  for (auto [M, Budget] : Plan) {
    Who = M;
    A = attempt(std::exchange(Prepared, nullptr), Q, M, Budget);
    if (A.Kind != '?')
      break;
  }
  std::string Reply = std::string(1, A.Kind) + (Who == Member::SmtCore ? "c" : "b") +
                      std::to_string(A.Resources) + "\n" + (A.Kind == '?' ? A.Reason : A.Model);
  uint32_t Size = Reply.size();
  Reply.insert(0, reinterpret_cast<const char *>(&Size), sizeof Size);
  for (size_t At = 0; At < Reply.size();) {
    ssize_t N = write(Out, Reply.data() + At, Reply.size() - At);
    if (N < 0 && errno != EINTR)
      break;
    At += N > 0 ? N : 0;
  }
  _exit(0);
}

//===----------------------------------------------------------------------===//
// The parent
//===----------------------------------------------------------------------===//

/// Reads exactly \p Size bytes before \p Deadline. 1: done, 0: the other end
/// closed, -1: too late.
static int readAll(int Fd, void *Buffer, size_t Size,
                   std::chrono::steady_clock::time_point Deadline) {
  auto *At = static_cast<char *>(Buffer);
  while (Size) {
    auto Left = std::chrono::duration_cast<std::chrono::milliseconds>(
        Deadline - std::chrono::steady_clock::now());
    if (Left.count() <= 0)
      return -1;
    pollfd P{Fd, POLLIN, 0};
    int Ready = poll(&P, 1, int(std::min<int64_t>(Left.count(), 1 << 30)));
    if (Ready <= 0)
      continue; // interrupted, or the deadline decides
    ssize_t N = read(Fd, At, Size);
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return 0;
    At += N;
    Size -= N;
  }
  return 1;
}

static Error systemError(const char *What) {
  return createStringError(std::error_code(errno, std::generic_category()),
                           "cannot start a solver process: %s: %s", What, std::strerror(errno));
}

Expected<SolverAnswer> solveSmt(const SmtQuery &Q, uint64_t RLimit, unsigned WatchdogMs,
                                SolverPlan Plan) {
  if (!preparedContext())
    return createStringError(std::make_error_code(std::errc::not_enough_memory),
                             "z3 cannot make a context");
  int Pipe[2];
  pid_t Child;
  {
    // Held so that no other query's child inherits this pipe's writing end,
    // which would hide the death of ours.
    static std::mutex Forking;
    std::lock_guard<std::mutex> Guard(Forking);
    if (pipe2(Pipe, O_CLOEXEC))
      return systemError("pipe");
    Child = fork();
    if (Child == 0) {
      close(Pipe[0]);
      runChild(Q, RLimit, Plan, Pipe[1]);
    }
    close(Pipe[1]);
  }
  if (Child < 0) {
    Error E = systemError("fork");
    close(Pipe[0]);
    return E;
  }

  auto Deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(WatchdogMs);
  uint32_t Size = 0;
  std::string Reply;
  int Got = readAll(Pipe[0], &Size, sizeof Size, Deadline);
  if (Got == 1) {
    Reply.resize(Size);
    Got = readAll(Pipe[0], Reply.data(), Size, Deadline);
  }
  close(Pipe[0]);
  // Also when it answered: what is left of its work is tearing memory down.
  kill(Child, SIGKILL);
  while (waitpid(Child, nullptr, 0) < 0 && errno == EINTR) {
  }

  SolverAnswer A;
  if (Got != 1) {
    A.K = SolverAnswer::Killed;
    A.Reason = Got < 0 ? "the watchdog ended the solver" : "the solver died";
    return A;
  }
  auto [Head, Rest] = StringRef(Reply).split('\n');
  bool Core = Head[1] == 'c';
  A.Solver = z3Version() + " " + (Core ? "smt" : bitvectorTactic(Q));
  if (Head.drop_front(2).getAsInteger(10, A.Resources))
    A.Resources = 0;
  switch (Head[0]) {
  case 'u':
    A.K = SolverAnswer::Unsat;
    break;
  case 's': {
    SmallVector<StringRef> Values;
    Rest.split(Values, ' ', -1, false);
    assert(Values.size() == Q.AtomWidths.size() && "a value per atom");
    for (auto [V, W] : zip(Values, Q.AtomWidths))
      A.Model.push_back(APInt(W, V, 10));
    A.K = SolverAnswer::Sat;
    break;
  }
  default:
    A.K = SolverAnswer::Unknown;
    A.Reason = "solver budget: " + Rest.str();
  }
  return A;
}

} // namespace whittle
