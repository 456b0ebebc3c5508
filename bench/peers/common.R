# The data and answers of a folder (bench/support/exchange.ts), and attempts of a fit of glmnet on them, each printed as
#   attempt THRESHOLD SECONDS CPU EXCESS DEFICIT RUNS
# EXCESS: largest relative excess of its objective over ours, DEFICIT: of ours over its. Only the fit is timed.
suppressPackageStartupMessages(library(glmnet))
folder <- commandArgs(trailingOnly = TRUE)[1]
job <- read.dcf(file.path(folder, "job.dcf"))[1, ]
number <- function(name) as.numeric(job[[name]])
words <- function(name) strsplit(job[[name]], " ")[[1]]
doubles <- function(name, count) readBin(file.path(folder, name), "double", count)
n <- number("rows"); K <- number("values"); p <- number("features")
logistic <- job[["loss"]] == "logistic"
ratio <- number("l1Ratio")

y <- doubles("y.f64", n)
lambda <- doubles("lambda.f64", K)
numeric <- number("columns")
x <- t(matrix(doubles("x.f64", n * numeric), numeric))
if (job[["levels"]] != "") {
  x <- Matrix(x, sparse = TRUE)
  for (c in seq_along(words("levels"))) {
    levels <- as.integer(words("levels")[c])
    code <- readBin(file.path(folder, sprintf("codes-%d.i32", c - 1)), "integer", n)
    present <- which(code > 0)
    x <- cbind(x, sparseMatrix(i = present, j = code[present], x = 1, dims = c(n, levels - 1)))
  }
}
stopifnot(ncol(x) == p)

centre <- Matrix::colMeans(x)
scale <- if (job[["standardize"]] == "true") {
  if (is.matrix(x)) sapply(seq_len(p), function(j) sqrt(mean((x[, j] - centre[j])^2)))
  else sqrt(pmax(0, Matrix::colMeans(x^2) - centre^2))
} else rep(1, p)

# Mean loss and penalty of every value, a few columns of coefficients at a time.
objective <- function(intercept, beta) {
  loss <- numeric(K)
  for (first in seq(1, K, by = 10)) {
    at <- first:min(K, first + 9)
    psi <- as.matrix(x %*% beta[, at, drop = FALSE])
    for (k in seq_along(at)) {
      eta <- psi[, k] + intercept[at[k]]
      loss[at[k]] <- if (logistic) mean(pmax(eta, 0) + log1p(exp(-abs(eta))) - y * eta) else mean((y - eta)^2) / 2
    }
  }
  scaled <- beta * scale
  loss + lambda * (ratio * colSums(abs(scaled)) + (1 - ratio) / 2 * colSums(scaled^2))
}

ours <- matrix(doubles("ours.f64", K * (p + 1)), p + 1)
best <- objective(ours[1, ], ours[-1, , drop = FALSE])
cat("version glmnet", as.character(packageVersion("glmnet")), "\n")
cat("reported", max(abs(best / doubles("objective.f64", K) - 1)), "\n")

glmnet.control(fdev = 0, devmax = 1)
family <- if (logistic) "binomial" else "gaussian"
standardize <- job[["standardize"]] == "true"

timed <- function(fit, thresh) {
  gc()
  begin <- proc.time()
  model <- fit(thresh)
  spent <- proc.time() - begin
  list(seconds = spent[["elapsed"]], cpu = spent[["user.self"]] + spent[["sys.self"]], model = model)
}

# fit(thresh) is timed; path(model) is the glmnet object in what it returns. The last model.
attempts <- function(fit, path) {
  started <- proc.time()[["elapsed"]]
  for (thresh in as.numeric(words("tolerances"))) {
    fitted <- timed(fit, thresh)
    whole <- path(fitted$model)
    if (length(whole$lambda) < K) stop(sprintf("glmnet stopped after %d of %d values", length(whole$lambda), K))
    seconds <- fitted$seconds
    while (length(seconds) < 3 && sum(seconds) + fitted$seconds < number("repeatWithin")) seconds <- c(seconds, timed(fit, thresh)$seconds)
    theirs <- objective(whole$a0, as.matrix(whole$beta))
    excess <- max((theirs - best) / best)
    cat("attempt", thresh, median(seconds), fitted$cpu, excess, max((best - theirs) / theirs), length(seconds), "\n")
    if (excess <= number("equal")) break
    if (proc.time()[["elapsed"]] - started + 2 * fitted$seconds > number("budget")) break
  }
  fitted$model
}
