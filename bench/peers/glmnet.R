# A path by glmnet.
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "common.R"))

model <- attempts(
  function(thresh) glmnet(x, y, family = family, alpha = ratio, lambda = lambda, thresh = thresh, standardize = standardize, maxit = 1e8),
  identity
)
