"""The usual pipeline, for comparison: character n-grams weighed by tf-idf, and a logistic regression.

Fits on the rows of the written corpus, then prints, in one run with `magpie assess` on the same posts, how many posts a
CPU second each does, and how well each knows the risk of labelled rows. See `make compare`.
"""

import argparse
import json
import resource
import subprocess
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

FIELDS = ("title", "text", "author_name", "author_bio", "group_name")


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def text_of(post):
    return "\n".join(post.get(field) or "" for field in FIELDS)


def brier(risks, labels):
    return sum((risk - label) ** 2 for risk, label in zip(risks, labels)) / max(1, len(labels))


def expected_calibration_error(risks, labels, bins=10):
    error = 0.0
    for number in range(bins):
        inside = [(r, y) for r, y in zip(risks, labels) if number <= r * bins < number + 1 or (number == bins - 1 and r == 1)]
        if inside:
            error += abs(sum(r for r, _ in inside) - sum(y for _, y in inside)) / len(labels)
    return error


def assess(command, path):
    """Assesses a file; the rows and the CPU seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([*command, path, "-o", "-"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [json.loads(line) for line in run.stdout.splitlines()], seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--magpie", required=True, help="the program")
    parser.add_argument("--corpus", required=True, help="gold rows to fit on, as `magpie-eval corpus` writes them")
    parser.add_argument("--posts", required=True, help="posts to time, JSON lines")
    parser.add_argument("--gold", help="labelled posts of other families, for calibration")
    args = parser.parse_args()

    fit_on = rows(args.corpus)
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=3, sublinear_tf=True)
    features = vectorizer.fit_transform(text_of(row) for row in fit_on)
    labels = [int(row["gold"]["trade"]) for row in fit_on]
    model = LogisticRegression(C=4.0, max_iter=200, class_weight="balanced").fit(features, labels)

    command = [args.magpie, "assess", "--test-numbers", "--quiet", "--threads", "1"]
    started = time.process_time()
    posts = rows(args.posts)
    risks = model.predict_proba(vectorizer.transform(text_of(post) for post in posts))[:, 1]
    json.dumps([{"id": post["id"], "risk": round(risk, 4)} for post, risk in zip(posts, risks.tolist())])
    usual = len(posts) / (time.process_time() - started)
    _, seconds = assess(command, args.posts)
    ours = len(posts) / seconds
    print(f"posts per CPU second   magpie {ours:,.0f}   n-grams in Python {usual:,.0f}   {ours / usual:.1f} times")

    if args.gold:
        gold = [row for row in rows(args.gold) if not row["gold"].get("contested")]
        known = {(row["source"], row["id"]): row for row in assess(command, args.gold)[0]}
        for name, belongs in (("undisguised", lambda row: not row["gold"].get("disguise")), ("all", lambda row: True)):
            part = [row for row in gold if belongs(row)]
            labels = [int(row["gold"]["trade"]) for row in part]
            theirs = model.predict_proba(vectorizer.transform(text_of(row) for row in part))[:, 1].tolist()
            mine = [known[row["source"], row["id"]]["risk"] for row in part]
            for who, risks in (("magpie", mine), ("n-grams", theirs)):
                print(f"{name:12} {who:8} Brier {brier(risks, labels):.3f}   ECE {expected_calibration_error(risks, labels):.3f}")


if __name__ == "__main__":
    main()
