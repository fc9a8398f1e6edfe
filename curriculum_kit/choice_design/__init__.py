"""Options of a wanted difficulty: sets of labels drawn per tier so that S(q) meets a target and none gives itself away.

`plan` says what can be had, `draw` draws it. `problem` states the linear program, `exact` and `large` find its
columns, `master` solves it, `solve` makes a design of it; `rounding`, `assign` and `letters` turn shares into options.
"""
