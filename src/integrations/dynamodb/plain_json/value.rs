//! One value of an answer, read and written at once.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::writer::PlainWriter;

/// A value of DynamoDB's JSON that is written as plain JSON.
pub struct PlainValue<'w, 'de> {
    pub writer: &'w mut PlainWriter<'de>,
    pub shape: Shape,
}

/// What a value is in DynamoDB's JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `{"orders":[{"pk":{"S":"a"}}]}`: the items of tables, of which only the items are written.
    Tables,
    /// `[{"pk":{"S":"a"}}]`: items, which are written without brackets, each with a comma behind it.
    Items,
    /// `{"pk":{"S":"a"}}`
    Map,
    List(Element),
    One(Element),
}

/// `{"S":"a"}`
const ATTRIBUTE: Shape = Shape::One(Element::Attribute);

/// An element of a list or set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    Text,
    Number,
    Binary,
    Attribute,
}

/// The types of attributes.
#[derive(Deserialize)]
enum AttributeType {
    S,
    N,
    B,
    #[serde(rename = "BOOL")]
    Bool,
    #[serde(rename = "NULL")]
    Null,
    #[serde(rename = "SS")]
    Ss,
    #[serde(rename = "NS")]
    Ns,
    #[serde(rename = "BS")]
    Bs,
    L,
    M,
}

impl<'de> DeserializeSeed<'de> for PlainValue<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.shape {
            Shape::Tables | Shape::Map | Shape::One(Element::Attribute) => deserializer.deserialize_map(self),
            Shape::Items | Shape::List(_) => deserializer.deserialize_seq(self),
            Shape::One(Element::Text | Element::Number | Element::Binary) => {
                deserializer.deserialize_str(self)
            }
        }
    }
}

impl<'de> PlainValue<'_, 'de> {
    fn shape(&mut self, shape: Shape) -> PlainValue<'_, 'de> {
        PlainValue { writer: self.writer, shape }
    }

    fn tables<A: MapAccess<'de>>(mut self, mut tables: A) -> Result<(), A::Error> {
        while tables.next_key::<IgnoredAny>()?.is_some() {
            tables.next_value_seed(self.shape(Shape::Items))?;
        }
        Ok(())
    }

    fn map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let map = self.writer.begin_map();
        while let Some(Text(name)) = members.next_key()? {
            self.writer.begin_member(name);
            members.next_value_seed(self.shape(ATTRIBUTE))?;
            self.writer.end_member();
        }
        self.writer.end_map(&map);
        Ok(())
    }

    fn attribute<A: MapAccess<'de>>(mut self, mut value: A) -> Result<(), A::Error> {
        const ONE_TYPE: &str = "a value has one type";
        let kind = value.next_key()?.ok_or_else(|| A::Error::custom(ONE_TYPE))?;
        let mut write = |shape| value.next_value_seed(self.shape(shape));
        match kind {
            AttributeType::S => write(Shape::One(Element::Text))?,
            AttributeType::N => write(Shape::One(Element::Number))?,
            AttributeType::B => write(Shape::One(Element::Binary))?,
            AttributeType::Ss => write(Shape::List(Element::Text))?,
            AttributeType::Ns => write(Shape::List(Element::Number))?,
            AttributeType::Bs => write(Shape::List(Element::Binary))?,
            AttributeType::L => write(Shape::List(Element::Attribute))?,
            AttributeType::M => write(Shape::Map)?,
            AttributeType::Bool => {
                let json: &[u8] = if value.next_value()? { b"true" } else { b"false" };
                self.writer.json.extend_from_slice(json);
            }
            AttributeType::Null => {
                value.next_value::<bool>()?;
                self.writer.json.extend_from_slice(b"null");
            }
        }
        match value.next_key::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom(ONE_TYPE)),
        }
    }

    fn list<A: SeqAccess<'de>>(mut self, mut elements: A, element: Element) -> Result<(), A::Error> {
        self.writer.json.push(b'[');
        while elements.next_element_seed(self.shape(Shape::One(element)))?.is_some() {
            self.writer.json.push(b',');
        }
        self.writer.end_list();
        Ok(())
    }

    fn items<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut start = self.writer.json.len();
        while items.next_element_seed(self.shape(Shape::Map))?.is_some() {
            let end = self.writer.json.len();
            self.writer.first_item.get_or_insert(start..end);
            self.writer.json.push(b',');
            start = end + 1;
        }
        Ok(())
    }

    fn scalar<E: Error>(self, text: &str, write_text: fn(&mut PlainWriter<'de>, &str)) -> Result<(), E> {
        let written = match self.shape {
            Shape::One(Element::Number) => self.writer.number(text),
            Shape::One(Element::Binary) => self.writer.binary(text),
            Shape::One(Element::Text | Element::Attribute)
            | Shape::Tables
            | Shape::Items
            | Shape::Map
            | Shape::List(_) => {
                write_text(self.writer, text);
                Some(())
            }
        };
        written.ok_or_else(|| E::custom("no number and no base64"))
    }
}

impl<'de> Visitor<'de> for PlainValue<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shape)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        match self.shape {
            Shape::Tables => self.tables(map),
            Shape::One(_) => self.attribute(map),
            Shape::Map | Shape::Items | Shape::List(_) => self.map(map),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        match self.shape {
            Shape::List(element) => self.list(list, element),
            Shape::Items | Shape::Tables | Shape::Map | Shape::One(_) => self.items(list),
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.scalar(text, PlainWriter::plain_text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.scalar(text, PlainWriter::escaped_text)
    }
}

/// Text; borrowed where nothing of it is escaped.
pub struct Text<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
