"""Writes tests/golden/ops.json: what PyTorch computes for every op, with its gradients.

Run with PyTorch 2.9.0 and NumPy 2.4.6 on Python 3.11, on a CPU: python tests/golden/ops.py
The tests in runtime/tests/golden read the file and run the same calls on our tensors.
"""

import algebra
import elementwise
import indexing
import kinds
import record
import reductions
import shapes

elementwise.arithmetic()
elementwise.elementwise()
elementwise.more_elementwise()
reductions.reductions()
reductions.softmaxes()
reductions.more_reductions()
reductions.places()
reductions.running()
shapes.shapes()
indexing.indexing()
indexing.moving()
indexing.gathering()
indexing.sorting()
algebra.products()
algebra.systems()
algebra.contractions()
kinds.types()
kinds.in_place()
record.write("ops")
