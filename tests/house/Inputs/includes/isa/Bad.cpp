#include "rulesdb/Db.h"
#include "isa/conformance/Run.h"
#include "Row.h"
#include <llvm/IR/Module.h>
