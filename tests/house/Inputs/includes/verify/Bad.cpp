#include <torch/torch.h>
#include <z3++.h>
