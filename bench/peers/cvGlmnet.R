# A cross-validated path by cv.glmnet, row i (from 0) in fold i mod F; also prints `deviance` and the mean deviances of its folds.
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "common.R"))

fold <- (seq_len(n) - 1) %% number("folds") + 1
model <- attempts(
  function(thresh) cv.glmnet(x, y, family = family, alpha = ratio, lambda = lambda, thresh = thresh, standardize = standardize, maxit = 1e8, foldid = fold),
  function(model) model$glmnet.fit
)
cat("deviance", format(model$cvm, digits = 15), "\n")
