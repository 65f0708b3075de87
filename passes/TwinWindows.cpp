//===- passes/TwinWindows.cpp - Windows around what several read -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/WindowCutter.h"
#include "llvm/CodeGen/MachineInstr.h"

using namespace llvm;

namespace whittle {

/// Windows of the two readers of a value that nobody else reads, as two outputs: with what
/// both read alone, and with what else leads there.
void WindowCutter::cutTwins(MachineInstr &Shared, Sink S) {
  SmallVector<MachineInstr *, 4> Readers;
  View.readers(Shared.getOperand(0).getReg(), 0, 0, &Block, Readers);
  if (Readers.size() != 2)
    return;
  // The later one is the root.
  if (Places.lookup(Readers[0]) < Places.lookup(Readers[1]))
    std::swap(Readers[0], Readers[1]);
  auto IsValue = [&](MachineInstr *MI) {
    const NodeView *N = View.node(*MI);
    ValueRef V;
    V.K = ValueRef::Reg;
    V.R = N ? MI->getOperand(0).getReg() : Register();
    V.Ty = N ? N->R->Def : ValueType();
    return N && !N->R->readsMemory() && V.Ty.Kind != RegKind::Gpr && !View.constant(V);
  };
  if (!all_of(Readers, IsValue) || !Twins.insert({Readers[0], Readers[1]}).second)
    return;
  Chosen C{{pieceOf({Readers[0]}), pieceOf({Readers[1]})}, int(pieceOf({Readers[1]}))};
  auto Reads = [&](unsigned P, int Producer) {
    return any_of(operandsOf(P), [&](const Operand &O) { return O.Producer == Producer; });
  };
  if (Reads(C.Pieces[0], int(C.Pieces[1])))
    return;
  // What both read first, then what else there is.
  size_t Given = 0;
  for (bool Both : {true, false}) {
    for (bool Grew = true; Grew && C.Pieces.size() < Limit.MaxNodes;) {
      Grew = false;
      for (unsigned I = 0; I != C.Pieces.size() && !Grew; ++I)
        for (const Operand &O : operandsOf(C.Pieces[I]))
          if (O.Producer >= 0 && !is_contained(C.Pieces, unsigned(O.Producer)) &&
              (!Both || (Reads(C.Pieces[0], O.Producer) && Reads(C.Pieces[1], O.Producer))) &&
              ownsReads(C, unsigned(O.Producer))) {
            C.Pieces.push_back(unsigned(O.Producer));
            Grew = true;
            break;
          }
    }
    if (C.Pieces.size() == 2 || C.Pieces.size() == Given)
      return;
    Given = C.Pieces.size();
    S(build(C));
  }
}

/// True if piece \p P is one instruction, and what reads it besides \p C could be the root
/// of a window that has it: then all may be rewritten together.
bool WindowCutter::hasFewReaders(const Chosen &C, unsigned P) {
  MachineInstr *MI = Pieces[P].MIs[0];
  if (Pieces[P].MIs.size() != 1 || MI->getParent() != &Block || !View.node(*MI))
    return false;
  auto IsChosen = [&](const MachineInstr *Any) {
    return any_of(C.Pieces, [&](unsigned Q) { return is_contained(Pieces[Q].MIs, Any); });
  };
  // A reader that makes an operand, or reads a result, is in larger windows with P.
  auto MakesOperand = [&](const MachineInstr *Reader) {
    return any_of(C.Pieces, [&](unsigned Q) {
      return any_of(operandsOf(Q), [&](const Operand &O) {
        return O.Producer >= 0 && is_contained(Pieces[unsigned(O.Producer)].MIs, Reader);
      });
    });
  };
  auto ReadsResult = [&](const MachineInstr *Reader) {
    return any_of(Reader->all_uses(), [&](const MachineOperand &MO) {
      return MO.getReg().isVirtual() && IsChosen(View.regInfo().getVRegDef(MO.getReg()));
    });
  };
  SmallPtrSet<const MachineInstr *, 4> Readers;
  for (MachineInstr &User : View.regInfo().use_nodbg_instructions(MI->getOperand(0).getReg())) {
    if (User.getParent() != &Block || !View.node(User) || segmentOf(&User) != segmentOf(MI) ||
        (!IsChosen(&User) && (MakesOperand(&User) || ReadsResult(&User))))
      return false;
    if (Readers.insert(&User).second && Readers.size() > Limit.MaxReaders)
      return false;
  }
  return true;
}

} // namespace whittle
