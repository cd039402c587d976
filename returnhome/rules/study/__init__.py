"""The national study: what every council is asked, and what its answers add up to.

Source: docs/practice/study.md; the questions are those of The First Step (The Children's Society,
2019) and of the FOI requests of 2023 and 2024.
"""
