#!/usr/bin/env python3
"""The labelled test files under other people's classifiers, and their speed, beside `earshot analyze` on the same rows.

  pip install vaderSentiment snownlp fasttext-wheel scikit-learn
  bench/peers/text_peers.py --data ../shared/data/text [--only vader,snownlp,fasttext,tfidf,earshot] [--sets en_sst2,zh_waimai]

Each learns from NAME.train.tsv of the same set, where it learns at all, and answers NAME.test.tsv; nothing is tuned on
a test file. Prints accuracy, macro-F1, F1 of negative and texts a second (answering only, one thread), one line a set as it is
done, then all of it as two tables, scores and speeds. --confusion adds the table of gold labels against answers. What is not
installed is left out and said.
"""
import argparse, collections, json, os, subprocess, sys, tempfile, time

ENGLISH = ['en_tweet', 'en_sst2', 'en_zomato', 'en_amazon_snip']
CHINESE = ['zh_shopping', 'zh_waimai', 'zh_weibo', 'zh_dining']
LABELS = ['neg', 'neu', 'pos']


def read(path):
    rows = []
    for line in open(path, encoding='utf8'):
        part = line.rstrip('\n').split('\t')
        if len(part) >= 4 and not line.startswith('#'):
            rows.append((part[0], part[3]))
    return rows


def scores(gold, answers):
    labels = [label for label in LABELS if label in gold]
    f1 = {}
    for label in labels:
        right = sum(g == label == a for g, a in zip(gold, answers))
        total = gold.count(label) + answers.count(label)
        f1[label] = 2 * right / total if total else 0.0
    accuracy = sum(g == a for g, a in zip(gold, answers)) / len(gold)
    return accuracy, sum(f1.values()) / len(labels), f1['neg']


def vader(train, texts, two_class):
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    analyzer = SentimentIntensityAnalyzer()
    begin = time.process_time()
    compound = [analyzer.polarity_scores(text)['compound'] for text in texts]
    seconds = time.process_time() - begin
    band = 0.0 if two_class else 0.05
    return ['pos' if c > band or (two_class and c >= 0) else 'neg' if c < -band else 'neu' for c in compound], seconds


def snownlp(train, texts, two_class):
    from snownlp import SnowNLP
    begin = time.process_time()
    chance = [SnowNLP(text).sentiments if text.strip() else 0.5 for text in texts]
    seconds = time.process_time() - begin
    low, high = (0.5, 0.5) if two_class else (0.4, 0.6)
    return ['neg' if p < low else 'pos' if p >= high else 'neu' for p in chance], seconds


def signs(text):
    """Signs apart where there are ideographs, for fastText knows words by their spaces only."""
    return ' '.join(text) if any(ord(c) >= 0x4e00 for c in text) else text.lower()


def fasttext(train, texts, two_class):
    import fasttext as library
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'train.txt')
        with open(path, 'w', encoding='utf8') as file:
            for label, text in train:
                file.write(f'__label__{label} {signs(text)}\n')
        model = library.train_supervised(path, lr=0.3, epoch=10, wordNgrams=3, dim=50, minn=2, maxn=4, bucket=1000000, thread=1, seed=1, verbose=0)
    lines = [signs(text) for text in texts]
    begin = time.process_time()
    answers = [model.f.predict(line + '\n', 1, 0.0, 'strict')[0][1] for line in lines]
    return [a.removeprefix('__label__') for a in answers], time.process_time() - begin


def tfidf(train, texts, two_class):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union
    chinese = sum(ord(c) >= 0x4e00 for _, t in train[:200] for c in t) > 1000
    vectors = TfidfVectorizer(analyzer='char', ngram_range=(1, 3), min_df=3, sublinear_tf=True) if chinese else make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), TfidfVectorizer(analyzer='char_wb', ngram_range=(3, 5), min_df=3, sublinear_tf=True))
    model = LogisticRegression(C=4, max_iter=300, class_weight='balanced')
    model.fit(vectors.fit_transform([t for _, t in train]), [l for l, _ in train])
    begin = time.process_time()
    answers = list(model.predict(vectors.transform(texts)))
    return answers, time.process_time() - begin


def earshot(train, texts, two_class):
    program = os.environ.get('EARSHOT', 'build/release/earshot')
    begin = os.times()
    done = subprocess.run([program, 'analyze', '--no-evidence', '--no-unknown', '--format', 'text'], input='\n'.join(texts) + '\n',
                          capture_output=True, text=True, check=True)
    end = os.times()
    answers = []
    for line in done.stdout.splitlines():
        row = json.loads(line)
        label = row['label']
        if two_class and label == 'neu':
            label = 'neg' if row['probs']['neg'] >= row['probs']['pos'] else 'pos'
        answers.append(label)
    return answers, end.children_user + end.children_system - begin.children_user - begin.children_system


PEERS = {'vader': (vader, ENGLISH), 'snownlp': (snownlp, CHINESE), 'fasttext': (fasttext, ENGLISH + CHINESE), 'tfidf': (tfidf, ENGLISH + CHINESE),
         'earshot': (earshot, ENGLISH + CHINESE)}


def table(results, data_sets, cell):
    """Markdown, one row for each who answered and one column for each set."""
    shown = [s for s in data_sets if any(s == name for _, name in results)]
    print('\n| | ' + ' | '.join(shown) + ' |\n|---|' + '---|' * len(shown))
    for peer in dict.fromkeys(peer for peer, _ in results):
        print(f'| {peer} | ' + ' | '.join(cell(results[peer, s]) if (peer, s) in results else '-' for s in shown) + ' |')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', required=True)
    parser.add_argument('--only', default=','.join(PEERS))
    parser.add_argument('--sets', default=','.join(ENGLISH + CHINESE))
    parser.add_argument('--confusion', action='store_true')
    options = parser.parse_args()
    results = {}
    for name in options.only.split(','):
        peer, sets = PEERS[name]
        for data_set in [s for s in sets if s in options.sets.split(',')]:
            train = read(f'{options.data}/{data_set}.train.tsv')
            test = read(f'{options.data}/{data_set}.test.tsv')
            gold = [label for label, _ in test]
            try:
                answers, seconds = peer(train, [text for _, text in test], 'neu' not in gold)
            except ImportError as error:
                print(f'{name}: left out, {error}', file=sys.stderr)
                break
            accuracy, macro, negative = scores(gold, answers)
            results[name, data_set] = (accuracy, macro, negative, len(gold) / max(seconds, 1e-6))
            print(f'{name:9} {data_set:15} n {len(gold):6}  acc {accuracy:.4f}  macro_f1 {macro:.4f}  neg_f1 {negative:.4f}  texts/s {len(gold) / max(seconds, 1e-6):9.0f}', flush=True)
            if options.confusion:
                pairs = collections.Counter(zip(gold, answers))
                for label in [label for label in LABELS if label in gold]:
                    print('    ' + label + ' answered ' + '  '.join(f'{other} {pairs[label, other]}' for other in LABELS))
    print('\nAccuracy, macro-F1, F1 of negative:')
    table(results, ENGLISH + CHINESE, lambda r: ' '.join(f'{value:.3f}'.lstrip('0') for value in r[:3]))
    print('\nTexts a second, one thread, answering alone:')
    table(results, ENGLISH + CHINESE, lambda r: f'{r[3]:,.0f}')


if __name__ == '__main__':
    main()
