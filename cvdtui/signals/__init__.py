"""Judgements over closed bars."""
