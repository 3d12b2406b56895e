"""What the editors' review rests on: the queue, and what can be checked before somebody decides."""
