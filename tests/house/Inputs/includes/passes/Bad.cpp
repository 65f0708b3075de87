#include <z3++.h>
#include "verify/Verify.h"
#include "isa/Row.h"
