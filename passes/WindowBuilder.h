//===- passes/WindowBuilder.h - A window, leaf by leaf ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows number their leaves before their nodes; this hands out ids while
// both are still being added and puts them right at the end.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_WINDOWBUILDER_H
#define WHITTLE_PASSES_WINDOWBUILDER_H

#include "isa/Program.h"

namespace whittle {

class WindowBuilder {
public:
  explicit WindowBuilder(const TargetIsa &Isa) { W.Isa = &Isa; }

  unsigned addLeaf(Leaf L) {
    W.Leaves.push_back(std::move(L));
    return W.numLeaves() - 1;
  }
  Leaf &leaf(unsigned Id) {
    assert(Id < W.numLeaves());
    return W.Leaves[Id];
  }
  /// \p N's operands are ids given out before.
  unsigned addNode(Node N) {
    W.Source.Nodes.push_back(std::move(N));
    return NodeBase + unsigned(W.Source.Nodes.size()) - 1;
  }
  Window finish(llvm::ArrayRef<unsigned> Outputs) {
    for (Node &N : W.Source.Nodes)
      for (unsigned &Op : N.Ops)
        Op = final(Op);
    for (unsigned Id : Outputs)
      W.Source.Outputs.push_back(final(Id));
    return std::move(W);
  }

private:
  static constexpr unsigned NodeBase = 1u << 16;
  unsigned final(unsigned Id) const { return Id < NodeBase ? Id : Id - NodeBase + W.numLeaves(); }

  Window W;
};

} // namespace whittle

#endif // WHITTLE_PASSES_WINDOWBUILDER_H
