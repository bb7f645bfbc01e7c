-- everything
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book ORDER BY gold_book.title ASC
  []

-- equal
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE gold_book.title = ? AND gold_book.author_id = ? ORDER BY gold_book.title ASC
  ['Emma', 3]

-- text
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE instr(gold_book.title, ?) > 0 AND gold_book.title LIKE ? ESCAPE '\' AND gold_book.title LIKE ? ESCAPE '\' ORDER BY gold_book.title ASC
  ['a_b', '%\\%%', 'x']

-- ends
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE substr(gold_book.title, 1, length(?)) = ? AND substr(gold_book.title, (length(gold_book.title) - length(?)) + 1) = ? AND gold_book.title LIKE ? ESCAPE '\' ORDER BY gold_book.title ASC
  ['a', 'a', 'b', 'b', '%c']

-- regex
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE (gold_book.title REGEXP ?) AND (gold_book.title REGEXP ('(?i)' || ?)) ORDER BY gold_book.title ASC
  ['a', 'b']

-- order of values
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE gold_book.price BETWEEN ? AND ? AND gold_book.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1) ORDER BY gold_book.title ASC  LIMIT ? OFFSET ?
  [1.0, 2.0, '[1,2]', 3, 4]

-- offset alone
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book ORDER BY gold_book.id ASC  LIMIT -1 OFFSET ?
  [4]

-- dates
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE CAST(strftime('%Y', gold_book.published) AS INTEGER) = ? AND date(gold_book.added) = ? AND CAST(strftime('%H', gold_book.added) AS INTEGER) = ? ORDER BY gold_book.title ASC
  [2000, '2000-01-01', 3]

-- not
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE gold_book.title != ? AND (gold_book.editor_id = ? AND gold_book.published IS NULL) IS NOT 1 ORDER BY gold_book.title ASC
  ['a', 1]

-- alternatives
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE gold_book.title = ? OR NOT (gold_book.price > ? AND gold_book.id = ?) ORDER BY gold_book.title ASC
  ['a', 1.0, 2]

-- join
SELECT gold_book.id AS c0, gold_book.title AS c1, gold_book.author_id AS c2, gold_book.editor_id AS c3, gold_book.price AS c4, gold_book.added AS c5, gold_book.published AS c6, gold_book.data AS c7 FROM gold_book JOIN gold_author AS t1 ON gold_book.author_id = t1.id LEFT OUTER JOIN gold_author AS t2 ON gold_book.editor_id = t2.id WHERE t1.name = ? AND t2.name = ? ORDER BY t1.name DESC
  ['a', 'b']

-- beside
SELECT gold_book.id AS c0, gold_book.title AS c1, gold_book.author_id AS c2, gold_book.editor_id AS c3, gold_book.price AS c4, gold_book.added AS c5, gold_book.published AS c6, gold_book.data AS c7, t1.id AS c8, t1.name AS c9, t2.id AS c10, t2.name AS c11 FROM gold_book JOIN gold_author AS t1 ON gold_book.author_id = t1.id LEFT OUTER JOIN gold_author AS t2 ON gold_book.editor_id = t2.id ORDER BY gold_book.title ASC  LIMIT ? OFFSET ?
  [5, 0]

-- backwards
SELECT gold_author.id, gold_author.name FROM gold_author WHERE EXISTS (SELECT 1 FROM gold_book AS t1 LEFT OUTER JOIN gold_author AS t2 ON t1.editor_id = t2.id WHERE t1.author_id = gold_author.id AND t1.title = ? AND t2.name = ?)
  ['a', 'b']

-- backwards twice
SELECT gold_author.id, gold_author.name FROM gold_author WHERE NOT (EXISTS (SELECT 1 FROM gold_book AS t1 WHERE t1.author_id = gold_author.id AND t1.title = ?)) AND NOT (EXISTS (SELECT 1 FROM gold_book AS t2 WHERE t2.editor_id = gold_author.id))
  ['a']

-- subquery
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE gold_book.author_id IN (SELECT t1.id FROM gold_author AS t1 WHERE t1.name = ?) ORDER BY gold_book.title ASC
  ['a']

-- arithmetic
SELECT gold_book.id, gold_book.title, gold_book.author_id, gold_book.editor_id, gold_book.price, gold_book.added, gold_book.published, gold_book.data FROM gold_book WHERE gold_book.price * ? + ? > gold_book.id AND gold_book.price < gold_book.author_id ORDER BY gold_book.title ASC
  [2, 1]

-- values
SELECT DISTINCT gold_book.title AS c0, t1.name AS c1 FROM gold_book JOIN gold_author AS t1 ON gold_book.author_id = t1.id ORDER BY gold_book.title ASC
  []

-- annotated
SELECT gold_book.id AS c0, gold_book.title AS c1, gold_book.author_id AS c2, gold_book.editor_id AS c3, gold_book.price AS c4, gold_book.added AS c5, gold_book.published AS c6, gold_book.data AS c7, length(gold_book.title) AS c8, gold_book.price > ? AS c9 FROM gold_book WHERE length(gold_book.title) = ? ORDER BY gold_book.title ASC
  [3.0, 4]

-- choice
SELECT gold_book.id AS c0, gold_book.title AS c1, gold_book.author_id AS c2, gold_book.editor_id AS c3, gold_book.price AS c4, gold_book.added AS c5, gold_book.published AS c6, gold_book.data AS c7, CASE WHEN (gold_book.price > ?) THEN ? ELSE ? END AS c8 FROM gold_book ORDER BY CASE WHEN (gold_book.price > ?) THEN ? ELSE ? END ASC
  [3.0, 'dear', 'cheap', 3.0, 'dear', 'cheap']

-- functions
SELECT ((coalesce(gold_book.title, '') || coalesce(?, '')) || coalesce(CAST(gold_book.id AS TEXT), '')) AS c0, (strftime('%Y-%m-01', gold_book.added) || ' 00:00:00.000000+00:00') AS c1, CAST(strftime('%H', gold_book.added) AS INTEGER) AS c2, CAST(round(gold_book.price, 1) AS NUMERIC) AS c3, coalesce(gold_book.editor_id, ?) AS c4 FROM gold_book ORDER BY gold_book.title ASC
  ['-', 0]

-- of each row
SELECT gold_author.id AS c0, gold_author.name AS c1, (SELECT count(t2.id) FILTER (WHERE t2.price > ?) AS anon_1 FROM gold_author AS t1 LEFT OUTER JOIN gold_book AS t2 ON t1.id = t2.author_id WHERE t1.id = gold_author.id) AS c2, (SELECT max(t4.price) AS max_1 FROM gold_author AS t3 LEFT OUTER JOIN gold_book AS t4 ON t3.id = t4.editor_id WHERE t3.id = gold_author.id) AS c3 FROM gold_author WHERE (SELECT count(t2.id) FILTER (WHERE t2.price > ?) AS anon_1 FROM gold_author AS t1 LEFT OUTER JOIN gold_book AS t2 ON t1.id = t2.author_id WHERE t1.id = gold_author.id) > ?
  [1.0, 1.0, 2]

-- groups
SELECT t1.name AS c0, count(*) AS c1, sum(gold_book.price) AS c2 FROM gold_book JOIN gold_author AS t1 ON gold_book.author_id = t1.id GROUP BY 1 HAVING count(*) > ?
  [1]

-- outer
SELECT gold_author.id, gold_author.name FROM gold_author WHERE EXISTS (SELECT t1.id FROM gold_book AS t1 WHERE t1.author_id = gold_author.id AND t1.price > ?)
  [1.0]

-- scalar
SELECT gold_author.id AS c0, gold_author.name AS c1, (SELECT t1.title FROM gold_book AS t1 WHERE t1.author_id = gold_author.id ORDER BY t1.added DESC  LIMIT ? OFFSET ?) AS c2 FROM gold_author
  [1, 0]

-- union
SELECT p0.id FROM (SELECT t1.id AS id FROM gold_book AS t1) AS p0 UNION ALL SELECT p1.id FROM (SELECT t2.id AS id FROM gold_author AS t2) AS p1 ORDER BY 1 DESC  LIMIT ? OFFSET ?
  [3, 0]

-- lock
SELECT gold_book.id AS c0, gold_book.title AS c1, gold_book.author_id AS c2, gold_book.editor_id AS c3, gold_book.price AS c4, gold_book.added AS c5, gold_book.published AS c6, gold_book.data AS c7, t1.id AS c8, t1.name AS c9 FROM gold_book JOIN gold_author AS t1 ON gold_book.author_id = t1.id ORDER BY gold_book.title ASC
  []

-- count
SELECT count(*) AS count_1 FROM gold_book WHERE gold_book.title = ?
  ['a']

-- count of a slice
SELECT count(*) AS count_1 FROM (SELECT gold_book.id AS id, gold_book.title AS title, gold_book.author_id AS author_id, gold_book.editor_id AS editor_id, gold_book.price AS price, gold_book.added AS added, gold_book.published AS published, gold_book.data AS data FROM gold_book  LIMIT ? OFFSET ?) AS q
  [3, 0]

-- insert
INSERT INTO gold_book (title, author_id) VALUES (?, ?) RETURNING id

-- insert several
INSERT INTO gold_book (title, author_id) VALUES (?, ?), (?, ?) RETURNING id

-- insert that meets rows
INSERT INTO gold_book (title, author_id) VALUES (?, ?) ON CONFLICT (title) DO UPDATE SET author_id = excluded.author_id

-- update
UPDATE gold_book SET title=?, price=(gold_book.price + ?) WHERE gold_book.id < ?

-- update over a join
UPDATE gold_book SET title=? WHERE gold_book.id IN (SELECT t1.id AS c0 FROM gold_book AS t1 JOIN gold_author AS t2 ON t1.author_id = t2.id WHERE t2.name = ?)

-- delete
DELETE FROM gold_book WHERE gold_book.id < ?

-- delete of a slice
DELETE FROM gold_book WHERE gold_book.id IN (SELECT t1.id FROM gold_book AS t1 ORDER BY t1.id DESC  LIMIT ? OFFSET ?)

-- delete everything
DELETE FROM gold_book

-- gold_author
CREATE TABLE gold_author (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    CONSTRAINT pk_gold_author PRIMARY KEY (id),
    CONSTRAINT uq_gold_author_name UNIQUE (name)
)

-- gold_book
CREATE TABLE gold_book (
    id INTEGER NOT NULL,
    title VARCHAR(200) NOT NULL,
    author_id INTEGER NOT NULL,
    editor_id INTEGER,
    price NUMERIC(8, 2) NOT NULL,
    added DATETIME NOT NULL,
    published DATE,
    data JSON NOT NULL,
    CONSTRAINT pk_gold_book PRIMARY KEY (id),
    CONSTRAINT fk_gold_book_author_id_gold_author FOREIGN KEY(author_id) REFERENCES gold_author (id) ON DELETE CASCADE,
    CONSTRAINT fk_gold_book_editor_id_gold_author FOREIGN KEY(editor_id) REFERENCES gold_author (id) ON DELETE SET NULL,
    CONSTRAINT uq_gold_book_title_author_id UNIQUE (title, author_id)
)


CREATE INDEX ix_gold_book_author_id ON gold_book (author_id)
CREATE INDEX ix_gold_book_author_id_published ON gold_book (author_id, published DESC)
CREATE INDEX ix_gold_book_editor_id ON gold_book (editor_id)
CREATE INDEX ix_gold_book_title ON gold_book (title)
