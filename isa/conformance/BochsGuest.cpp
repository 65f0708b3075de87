//===- isa/conformance/BochsGuest.cpp - The program inside the emulator --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes the place of the BIOS, so that the emulator needs no other software and
// starts at once. Follows Intel's manual, volume 3, chapters 9 (initialization)
// and 13 (XSAVE), and the ATA/ATAPI-4 standard for the disk.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/BochsGuest.h"
#include "isa/conformance/X86Encoder.h"
#include "llvm-c/Target.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace whittle {

// Page tables lie from 0x1000 on, variables at 0x7000, the stack below 0x80000.
static const char GuestText[] = R"(
.set ROM, 0xf0000
.set VAR_JOB, 0x7000
.set VAR_LEFT, 0x7008
.set VAR_STATUS, 0x7010
.set STACK, 0x80000
start:
  .code32
protected:
  movw $16, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
  # Bochs gives memory to addresses block by block as they are first used, and
  # has read the image into what it will give next: use that in order, before
  # any other address.
  movl $IMAGE, %ebx
  movl IMAGE_BYTES(%ebx), %ecx
  addl %ebx, %ecx
1:
  movb (%ebx), %al
  addl $4096, %ebx
  cmpl %ecx, %ebx
  jb 1b
  xorl %eax, %eax
  movl $0x1000, %edi
  movl $0xc00, %ecx
  cld
  rep stosl
  movl $0x2003, 0x1000
  movl $0x3003, 0x2000
  movl $0x3000, %edi
  movl $0x83, %eax
1:
  movl %eax, (%edi)
  addl $8, %edi
  addl $0x200000, %eax
  cmpl $(MEMORY_END + 0x83), %eax
  jne 1b
  movl $0x40620, %eax
  movl %eax, %cr4
  movl $0x1000, %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx
  rdmsr
  orl $0x100, %eax
  wrmsr
  movl $0x80000023, %eax
  movl %eax, %cr0
  ljmpl $24, $(long - start + ROM)
  .code64
long:
  movl $STACK, %esp
  lidt (idtr - start + ROM)
  movl $0xe7, %eax
  xorl %edx, %edx
  xorl %ecx, %ecx
  xsetbv
  movl $RESULTS, %r14d
  movl (IMAGE), %eax
  movl %eax, VAR_LEFT
  movq $(FIRST_JOB - JOB_BYTES), %rax
  movq %rax, VAR_JOB
nextJob:
  movl $STACK, %esp
  addq $JOB_BYTES, VAR_JOB
  subl $1, VAR_LEFT
  js finish
  movq VAR_JOB, %rbx
  ldmxcsr (mxcsr - start + ROM)
  movq (%rbx), %r12
  movq 8(%rbx), %r13
  movl 16(%rbx), %ebp
  movq %r14, VAR_STATUS
  movq $RAN, (%r14)
  addq $8, %r14
1:
  movq %r13, %rdi
  call *%r12
  vmovdqu64 STATE_AFTER(%r13), %zmm0
  movq STATE_FLAGS(%r13), %rax
  vmovdqu64 %zmm0, (%r14)
  movq %rax, 64(%r14)
  addq $RESULT_BYTES, %r14
  addq $STATE_BYTES, %r13
  subl $1, %ebp
  jnz 1b
  jmp nextJob
finish:
  movq $RAN, (%r14)
  addq $8, %r14
  call writeResults
  movl $0x8900, %edx
  leaq (shutdown - start + ROM), %rsi
  movl $8, %ecx
  rep outsb
1:
  hlt
  jmp 1b

# All that is before R14 of the results, as whole sectors from 0 on.
writeResults:
  movl $RESULTS, %esi
  leal -RESULTS + 511(%r14), %ebp
  shrl $9, %ebp
  xorl %r12d, %r12d
  movl $0x1f7, %edx
chunk:
  movl %ebp, %r13d
  subl %r12d, %r13d
  jz 9f
  cmpl $256, %r13d
  jbe 1f
  movl $256, %r13d
1:
  inb %dx, %al
  testb $0x80, %al
  jnz 1b
  movl $0x1f2, %edx
  movl %r13d, %eax
  outb %al, %dx
  movl %r12d, %eax
  incl %edx
  outb %al, %dx
  shrl $8, %eax
  incl %edx
  outb %al, %dx
  shrl $8, %eax
  incl %edx
  outb %al, %dx
  shrl $8, %eax
  orb $0xe0, %al
  incl %edx
  outb %al, %dx
  movb $0x30, %al
  incl %edx
  outb %al, %dx
  addl %r13d, %r12d
1:
  inb %dx, %al
  andb $0x88, %al
  cmpb $0x08, %al
  jne 1b
  movl $0x1f0, %edx
  movl $128, %ecx
  rep outsl
  movl $0x1f7, %edx
  subl $1, %r13d
  jnz 1b
  jmp chunk
9:
  inb %dx, %al
  testb $0x80, %al
  jnz 9b
  ret

# Vectors 0 to 31, 16 bytes each.
  .balign 16
vectors:
.set N, 0
.rept 32
  .balign 16
  movb $N, %al
  jmp fault
  .set N, N + 1
.endr
fault:
  # Whatever the instruction did to registers: the job and its place are in memory.
  movzbl %al, %eax
  orl $FAULT_BIT, %eax
  movq VAR_STATUS, %r14
  movq %rax, (%r14)
  movq VAR_JOB, %rbx
  imulq $RESULT_BYTES, 16(%rbx), %rax
  leaq 8(%r14,%rax), %r14
  jmp nextJob

  .balign 16
gdt:
  .quad 0
  .quad 0x00cf9b000000ffff
  .quad 0x00cf93000000ffff
  .quad 0x00af9b000000ffff
gdtr:
  .word 31
  .long gdt - start + ROM
idtr:
  .word 511
  .quad idt - start + ROM
mxcsr:
  .long MXCSR
shutdown:
  .ascii "Shutdown"
  .balign 16
idt:
.set N, 0
.rept 32
  .word vectors - start + 16 * N
  .word 24
  .word 0x8e00
  .word ROM >> 16
  .quad 0
  .set N, N + 1
.endr
  .org start + 0xff80
  .code16
real:
  cli
  xorl %eax, %eax
  movw %ax, %ss
  lgdtl %cs:(gdtr - start)
  movl %cr0, %eax
  orb $1, %al
  movl %eax, %cr0
  ljmpl $8, $(protected - start + ROM)
  .org start + 0xfff0
  jmp real
  .org start + 0x10000
)";

Expected<std::string> assembleX86(const TargetIsa &Isa, StringRef Source) {
  LLVMInitializeX86AsmParser();
  const Target &T = Isa.llvmTarget();
  const Triple TheTriple(Isa.defaultTriple());
  const MCTargetOptions Options;
  auto Cpu = Isa.subtarget("tigerlake");
  if (!Cpu)
    return Cpu.takeError();
  SourceMgr Sources;
  Sources.AddNewSourceBuffer(MemoryBuffer::getMemBuffer(Source, "guest"), SMLoc());
  std::string Complaint;
  Sources.setDiagHandler(
      [](const SMDiagnostic &D, void *To) {
        raw_string_ostream OS(*static_cast<std::string *>(To));
        D.print(nullptr, OS, /*ShowColors=*/false);
      },
      &Complaint);
  std::unique_ptr<MCAsmInfo> AsmInfo(T.createMCAsmInfo(Isa.registerInfo(), TheTriple, Options));
  MCContext Ctx(TheTriple, AsmInfo.get(), &Isa.registerInfo(), Cpu->get(), &Sources, &Options);
  std::unique_ptr<MCObjectFileInfo> Info(T.createMCObjectFileInfo(Ctx, /*PIC=*/false));
  Ctx.setObjectFileInfo(Info.get());

  SmallVector<char, 0> Bytes;
  raw_svector_ostream OS(Bytes);
  std::unique_ptr<MCAsmBackend> Backend(T.createMCAsmBackend(**Cpu, Isa.registerInfo(), Options));
  std::unique_ptr<MCObjectWriter> Writer = Backend->createObjectWriter(OS);
  std::unique_ptr<MCCodeEmitter> Emitter(T.createMCCodeEmitter(Isa.instrInfo(), Ctx));
  std::unique_ptr<MCStreamer> Streamer(T.createMCObjectStreamer(
      TheTriple, Ctx, std::move(Backend), std::move(Writer), std::move(Emitter), **Cpu));
  std::unique_ptr<MCAsmParser> Parser(createMCAsmParser(Sources, Ctx, *Streamer, *AsmInfo));
  std::unique_ptr<MCTargetAsmParser> TargetParser(
      T.createMCAsmParser(**Cpu, *Parser, Isa.instrInfo(), Options));
  Parser->setTargetParser(*TargetParser);
  if (Parser->Run(/*NoInitialTextSection=*/false) || !Complaint.empty())
    return createStringError(inconvertibleErrorCode(), "cannot assemble: " + Complaint);

  auto Object = object::ObjectFile::createObjectFile(
      MemoryBufferRef(StringRef(Bytes.data(), Bytes.size()), "guest"));
  if (!Object)
    return Object.takeError();
  for (const object::SectionRef &S : (*Object)->sections()) {
    auto Name = S.getName();
    if (!Name)
      return Name.takeError();
    if (*Name != ".text")
      continue;
    auto Text = S.getContents();
    if (!Text)
      return Text.takeError();
    return Text->str();
  }
  return createStringError(inconvertibleErrorCode(), "the assembler gave no .text section");
}

Expected<std::string> assembleBochsGuest(const TargetIsa &Isa) {
  std::string Source;
  auto Set = [&](const char *Name, uint64_t Value) {
    Source += ".set " + std::string(Name) + ", " + std::to_string(Value) + "\n";
  };
  Set("IMAGE", bochs::Image);
  Set("IMAGE_BYTES", offsetof(bochs::Header, ImageBytes));
  Set("FIRST_JOB", bochs::FirstJob);
  Set("RESULTS", bochs::Results);
  Set("MEMORY_END", bochs::MemoryEnd);
  Set("JOB_BYTES", sizeof(bochs::Job));
  Set("RESULT_BYTES", bochs::ResultBytes);
  Set("RAN", bochs::Ran);
  Set("FAULT_BIT", bochs::FaultBit);
  Set("STATE_BYTES", sizeof(MachineState));
  Set("STATE_AFTER", offsetof(MachineState, After));
  Set("STATE_FLAGS", offsetof(MachineState, FlagsAfter));
  Set("MXCSR", DefaultMxcsr);
  return assembleX86(Isa, Source + GuestText);
}

} // namespace whittle
