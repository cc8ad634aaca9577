"""The names that the fields of an article go by in tables, JSON and front matter.

They are written as people write them, in the languages of most exports, and compared without
case, accents, spaces and signs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rag.sources.garbled import mended


@cache
def plain_name(column: str) -> str:
    """Return the last part of a column's path, without case, accents, spaces and signs."""
    return _bare(mended(str(column)))


def _bare(column: str) -> str:
    last = re.split(r"\.(?=[^\s.])", column)[-1]
    letters = unicodedata.normalize("NFKD", last.lower())
    return re.sub(r"[\W_]+", "", letters)


def _plain(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_bare, re.split(r"[\s|]*\|\s*|\n\s*", names.strip()))))


# Likeliest first.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": _plain(
        """title|headline|headlines|article title|webtitle|heading|hl1|article headline
        news title|name|header|titulo|titular|manchete|titel|überschrift|schlagzeile|titre
        titolo|kop|rubrik|tittel|overskrift|otsikko|tytuł|nagłówek|titulek|nadpis|názov|cím|titlu
        başlık|başlik|judul|tiêu đề
        заголовок|zagolovok|название|назва|τίτλος|כותרת|العنوان|عنوان|عنوان الخبر|تیتر|शीर्षक
        标题|標題|题目|題目|新闻标题|見出し|タイトル|題名|表題|記事見出し|제목|기사제목|표제"""
    ),
    "text": _plain(
        """text|body|content|article|article text|article body|full text|maintext|body text
        content html|body html|content text|story|plain text|clean text|cleaned text|raw text
        text content|body xhtml|content elements|story text|article content|news text
        news content|main content|text body
        texto|contenido|cuerpo|texte|contenu|corps|inhalt|volltext|artikel|artikeltext|testo
        contenuto|corpo|conteudo|tekst|inhoud|brödtext|brødtekst|innehåll|innhold|indhold|teksti
        sisältö|treść|treść artykułu|obsah|plný text|szöveg|tartalom|conținut|metin|içerik|isi
        isi berita|teks|konten|nội dung|текст|текст статьи|содержание|статья|зміст|κείμενο|תוכן
        טקסט|النص|نص الخبر|المحتوى|نص|المتن|متن|محتوا|पाठ|लेख|सामग्री
        正文|内容|內容|全文|新闻内容|文章内容|本文|記事本文|テキスト|記事|본문|기사본문|내용|기사내용
        markdown|html|document|selftext"""
    ),
    "date": _plain(
        """date|published|published at|pubdate|publish date|date published|publication date
        published time|published date|date publish|timestamp|web publication date|datetime
        first publication date|date issued|issued|version created|published on|datetimepub
        publishing date|publication datetime|publish datetime|date of publication|posted date
        date posted|article date|news date|first published|unix timestamp|published utc|release date
        created at|created utc|created|date created|time|seendate
        fecha|fecha de publicación|fecha publicacion|datum|erscheinungsdatum|veröffentlicht
        veröffentlichungsdatum|datepublication|date de publication|data|data publicação
        data de publicação|data di pubblicazione|data publikacji|data publicării|publicatiedatum
        dato|publiceringsdatum|publisert|udgivet|päivämäärä|julkaistu|datum vydání|dátum|megjelenés
        tarih|yayın tarihi|tanggal|ngày|ngày đăng|дата|дата публикации|дата публікації|ημερομηνία
        תאריך|التاريخ|تاريخ النشر|تاريخ|تاریخ|تاریخ انتشار|दिनांक|तारीख
        日期|发布时间|發布時間|发布日期|發布日期|出版日期|发表时间|时间|時間|日付|掲載日|発行日|公開日
        配信日|掲載日時|公開日時|年月日|일자|날짜|작성일|게재일|보도일|입력일|발행일|등록일"""
    ),
    "url": _plain(
        """url|link|article url|article link|source url|web url|web page|page url|final url
        permalink|share url|canonical url|original url|href|main entity of page|enlace|lien|odkaz
        lenke|länk|collegamento|bağlantı|tautan|liên kết|ссылка|посилання|קישור|الرابط|رابط|لینک|पता
        链接|鏈接|网址|網址|連結|リンク|링크|주소"""
    ),
    "publisher": _plain(
        """publisher|source|site|sitename|publication|newspaper|outlet|source name|source title
        medium name|media name|outlet name|publisher name|newspaper name|source hostname|paper
        journal|provider|first source|periodico|fuente|medio|zeitung|quelle|medium|journal|média
        fonte|testata|veiculo|jornal|krant|bron|källa|tidning|kilde|avis|lähde|lehti|źródło|gazeta
        zdroj|noviny|forrás|lap|sursa|ziar|kaynak|gazete|sumber|media|nguồn|báo|источник|сми|издание
        газета|джерело|видання|πηγή|εφημερίδα|מקור|עיתון|المصدر|الصحيفة|الناشر|منبع|روزنامه|स्रोत
        अखबार|来源|來源|媒体|媒體|媒体名称|报纸|報紙|出处|媒体名|新聞名|紙名|掲載紙|出典|언론사|매체
        매체명|신문사|출처|domain|hostname"""
    ),
    "author": _plain(
        """author|authors|byline|creator|writer|author name|authors byline|reporter|journalist
        written by|contributor|by|autor|autores|periodista|verfasser|auteur|auteurs|autore
        författare|forfatter|kirjoittaja|szerző|yazar|penulis|tác giả|автор|авторы|συντάκτης|מחבר
        כתב|الكاتب|المؤلف|نویسنده|लेखक|作者|记者|記者|著者|記者名|執筆者|기고자|기자|작성자|저자"""
    ),
    "language": _plain(
        """language|lang|language code|langue|idioma|sprache|lingua|taal|språk|sprog|kieli|język
        jazyk|nyelv|dil|язык|мова|اللغة|زبان|语言|語言|言語|언어"""
    ),
    "id": _plain(
        "id|guid|article id|uuid|docid|uri|story id|accession number|뉴스 식별자|文章编号|文章編號"
    ),
}
# What a row may have instead of its text: better than to lose it.
EXTRACTS = _plain(
    """lead paragraph|abstract|summary|description|excerpt|snippet|short description|trail text
    standfirst|teaser|lede|highlights|opening text|hit sentence
    resumen|zusammenfassung|résumé|riassunto|摘要|要約|요약"""
)
# A first paragraph that is kept apart from the rest of the text.
LEADS = _plain(
    """lead|lede|lead paragraph|standfirst|vorspann|vorspanntext|chapo|chapeau|entradilla|bajada
    ingress|lid|导语|導語|リード"""
)
# A date in three columns.
PARTS = {
    "year": _plain("year|año|ano|jahr|année|anno|jaar|rok|год|年|년"),
    "month": _plain("month|mes|mês|monat|mois|mese|maand|miesiąc|месяц|月|월"),
    "day": _plain("day|día|dia|tag|jour|giorno|dag|dzień|день|日|일"),
}
