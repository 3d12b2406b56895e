/*
 * What the editor of a document knows beyond django-prose-editor: captions of tables, footnotes, citations, words in
 * another language, figures; and the keys by which one leaves it. A round trip loses nothing that `richtext.DOCUMENT` allows.
 */
import {
  Extension,
  Image,
  Link,
  ListItem as BaseListItem,
  Mark,
  mergeAttributes,
  Node,
  pm,
  Table,
  TableHeader,
} from "django-prose-editor/editor";

const { DOMParser, DOMSerializer } = pm.model;

/** Ask the toolbar for something: "link", "footnote", "toolbar" ... */
export function ask(editor, command) {
  editor.view.dom.dispatchEvent(new CustomEvent("editor:command", { detail: command, bubbles: true }));
}

/** Take into the editor's state what was typed or selected a moment ago: the browser tells it late when it is busy. */
export function settle({ view }) {
  view.domObserver.forceFlush();
  view.domObserver.flush();
}

/**
 * A chain of commands on the text, which has the focus at once. The command `focus` gives it a frame late, and sets
 * the selection back to what it was, whatever was typed or selected meanwhile.
 */
export function chain(editor) {
  editor.view.focus();
  return editor.chain();
}

/** The HTML of running text with nothing but what the schema knows. */
function knownInline(element, schema) {
  const paragraph = DOMParser.fromSchema(schema).parse(element, { topNode: schema.nodes.paragraph.create() });
  const holder = document.implementation.createHTMLDocument().createElement("div");
  holder.append(DOMSerializer.fromSchema(schema).serializeFragment(paragraph.content));
  return holder.innerHTML;
}

function captionElement(html) {
  const caption = document.createElement("caption");
  caption.innerHTML = html; // passed knownInline, or the small editor of the dialog
  return caption;
}

class TableWithCaption {
  constructor(node, editor) {
    this.node = node;
    this.dom = document.createElement("div");
    this.dom.className = "tableWrapper";
    this.table = this.dom.appendChild(document.createElement("table"));
    this.contentDOM = document.createElement("tbody");
    this.table.append(this.contentDOM);
    this.show();
    this.dom.addEventListener("click", (event) => {
      if (event.target.closest("caption")) ask(editor, "caption");
    });
  }

  show() {
    this.table.caption?.remove();
    if (!this.node.attrs.caption) return;
    const caption = captionElement(this.node.attrs.caption);
    caption.contentEditable = "false";
    this.table.prepend(caption);
  }

  update(node) {
    if (node.type !== this.node.type) return false;
    const changed = node.attrs.caption !== this.node.attrs.caption;
    this.node = node;
    if (changed) this.show();
    return true;
  }

  ignoreMutation(mutation) {
    return this.dom.contains(mutation.target) && !this.contentDOM.contains(mutation.target);
  }
}

export const DocumentTable = Table.extend({
  addOptions() {
    return { ...this.parent?.(), resizable: false };
  },

  addStorage() {
    return { leaving: false };
  },

  addAttributes() {
    return { ...this.parent?.(), caption: { default: "", rendered: false, parseHTML: () => null } };
  },

  parseHTML() {
    const getAttrs = (table) => ({
      caption: table.caption ? knownInline(table.caption, this.editor.schema) : "",
    });
    return [{ tag: "table", getAttrs }, { tag: "caption", ignore: true }];
  },

  renderHTML({ node, HTMLAttributes }) {
    const rows = ["tbody", 0];
    const attributes = mergeAttributes(this.options.HTMLAttributes, HTMLAttributes);
    return node.attrs.caption
      ? ["table", attributes, captionElement(node.attrs.caption), rows]
      : ["table", attributes, rows];
  },

  addNodeView() {
    return ({ node, editor }) => new TableWithCaption(node, editor);
  },

  // Escape, then Tab leads out of a table; any other key takes that back.
  addKeyboardShortcuts() {
    const inherited = this.parent?.() ?? {};
    return {
      ...inherited,
      Escape: () => {
        this.storage.leaving = this.editor.isActive("table");
        return this.storage.leaving;
      },
      Tab: (context) => !this.storage.leaving && inherited.Tab(context),
      "Shift-Tab": (context) => !this.storage.leaving && inherited["Shift-Tab"](context),
    };
  },

  onTransaction() {
    this.storage.leaving = false;
  },
});

export const DocumentTableHeader = TableHeader.extend({
  addAttributes() {
    return { ...this.parent?.(), scope: { default: null } };
  },
});

// Tab leaves the text; lists are indented by a button or by Alt and Shift with an arrow, as word processors do.
export const ListItem = BaseListItem.extend({
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      "Alt-Shift-ArrowRight": () => this.editor.commands.sinkListItem(this.name),
      "Alt-Shift-ArrowLeft": () => this.editor.commands.liftListItem(this.name),
    };
  },
});

export const DocumentLink = Link.extend({
  inclusive: false,

  addKeyboardShortcuts() {
    return {
      "Mod-k": () => {
        ask(this.editor, this.editor.getAttributes("link").href?.startsWith("#section:") ? "reference" : "link");
        return true;
      },
    };
  },
});

/** A footnote is one character of the text; its own text is edited in a dialog. */
export const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  atom: true,
  content: "(text | hardBreak | citation)*",

  addAttributes() {
    return { lang: { default: null }, dir: { default: null } };
  },

  parseHTML() {
    return [{ tag: "span.fn", priority: 60 }];
  },

  renderHTML({ HTMLAttributes }) {
    return ["span", mergeAttributes({ class: "fn" }, HTMLAttributes), 0];
  },

  addNodeView() {
    return ({ node, editor, getPos }) => {
      const dom = document.createElement("span");
      dom.className = "footnote";
      dom.title = node.textContent;
      dom.textContent = node.textContent;
      dom.addEventListener("click", () => {
        editor.commands.setNodeSelection(getPos());
        ask(editor, "footnote");
      });
      return { dom };
    };
  },

  addKeyboardShortcuts() {
    return {
      Enter: () => {
        if (!this.editor.isActive(this.name)) return false;
        ask(this.editor, "footnote");
        return true;
      },
    };
  },
});

const WHOLE = "Quelle"; // what a citation without a place holds (concepts/bibliography.py)

/** "(IT.NRW 2024, S. 12)" as the portal will write it; the list of sources comes after the text. */
function cited({ uuid, place }) {
  const sources = document.getElementById("auswahl-quellen")?.content;
  const label = sources?.querySelector(`[value="${uuid}"]`)?.dataset.label;
  return `(${[label ?? (sources ? "Quelle fehlt" : WHOLE), place].filter(Boolean).join(", ")})`;
}

/** Show citations with what is known of their sources by now. */
function showCitations() {
  for (const chip of document.querySelectorAll(".ProseMirror .citation")) chip.textContent = cited(chip.dataset);
}
document.addEventListener("htmx:afterSwap", showCitations);

/** A citation is one character of the text; its source and the place in it are chosen in a dialog. */
export const Citation = Node.create({
  name: "citation",
  group: "inline",
  inline: true,
  atom: true,

  addAttributes() {
    return { uuid: { default: "" }, place: { default: "" } };
  },

  parseHTML() {
    const getAttrs = (link) => {
      const place = link.textContent.trim();
      return { uuid: link.getAttribute("href").slice("#quelle:".length), place: place === WHOLE ? "" : place };
    };
    return [{ tag: 'a[href^="#quelle:"]', priority: 60, getAttrs }];
  },

  renderHTML({ node }) {
    return ["a", { href: `#quelle:${node.attrs.uuid}` }, node.attrs.place || WHOLE];
  },

  renderText({ node }) {
    return cited(node.attrs);
  },

  addNodeView() {
    return ({ node, editor, getPos }) => {
      const dom = document.createElement("span");
      dom.className = "citation";
      Object.assign(dom.dataset, node.attrs);
      dom.textContent = cited(node.attrs);
      dom.addEventListener("click", () => {
        editor.commands.setNodeSelection(getPos());
        ask(editor, "citation");
      });
      return { dom };
    };
  },

  addKeyboardShortcuts() {
    return {
      Enter: () => {
        if (!this.editor.isActive(this.name)) return false;
        ask(this.editor, "citation");
        return true;
      },
    };
  },
});

/** Words in another language, so that they are read out as they sound. */
export const LanguageMark = Mark.create({
  name: "language",
  priority: 200, // around bold and italic, not inside them
  inclusive: false,

  addAttributes() {
    return { lang: { default: null }, dir: { default: null } };
  },

  parseHTML() {
    return [{ tag: "span[lang]" }, { tag: "span[dir]" }];
  },

  renderHTML({ HTMLAttributes }) {
    return ["span", HTMLAttributes, 0];
  },
});

export const DocumentImage = Image.extend({ draggable: false });

export const DocumentFigure = Node.create({
  name: "figure",
  group: "block",
  content: "(paragraph | image | caption | table)+",
  isolating: true,
  draggable: true,

  parseHTML() {
    return [{ tag: "figure" }];
  },

  renderHTML() {
    return ["figure", 0];
  },
});

export const DocumentCaption = Node.create({
  name: "caption",
  content: "inline*",
  isolating: true,

  parseHTML() {
    return [{ tag: "figcaption" }];
  },

  renderHTML() {
    return ["figcaption", 0];
  },

  addKeyboardShortcuts() {
    return {
      // After the caption the text goes on below the picture.
      Enter: () => {
        const { $from } = this.editor.state.selection;
        if ($from.parent.type.name !== this.name) return false;
        const below = $from.after($from.depth - 1);
        return this.editor.chain().insertContentAt(below, { type: "paragraph" }).setTextSelection(below + 1).run();
      },
    };
  },
});

export const DocumentKeys = Extension.create({
  name: "documentKeys",

  addKeyboardShortcuts() {
    return {
      "Alt-F10": () => {
        ask(this.editor, "toolbar");
        return true;
      },
    };
  },
});
