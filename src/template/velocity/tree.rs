//! The compiled form of a template: a tree that is made once and shared by all renderings.

use std::sync::Arc;

/// Statements, one after the other.
#[derive(Debug, Default)]
pub(super) struct Block(pub Vec<Statement>);

#[derive(Debug)]
pub(super) enum Statement {
    Text(String),
    Print(Print),
    Set(Set),
    If(If),
    Foreach(Foreach),
    Define(Define),
    Call(Call),
    Break(Break),
    Stop,
}

/// A reference in the text, which prints its value.
#[derive(Debug)]
pub(super) struct Print {
    pub reference: Reference,
    /// The backslashes before it.
    pub backslashes: usize,
    /// As written, without the backslashes; empty if there are none.
    pub literal: Box<str>,
}

/// `#set(target = value)`
#[derive(Debug)]
pub(super) struct Set {
    pub target: Reference,
    pub value: Expression,
    pub span: Span,
}

/// `#if … #elseif … #else … #end`
#[derive(Debug)]
pub(super) struct If {
    pub branches: Vec<Branch>,
    pub otherwise: Option<Block>,
}

#[derive(Debug)]
pub(super) struct Branch {
    pub condition: Expression,
    pub span: Span,
    pub block: Block,
}

/// `#foreach(variable in source) body #end`
#[derive(Debug)]
pub(super) struct Foreach {
    pub variable: Box<str>,
    pub source: Expression,
    pub body: Block,
    pub span: Span,
}

/// `#define(variable) body #end`. The body outlives a rendering's borrow, as it is a value.
#[derive(Debug)]
pub(super) struct Define {
    pub variable: Box<str>,
    pub body: Arc<Block>,
}

/// `#name(arguments)`, or `#@name(arguments) body #end`; a text if no macro has this name.
#[derive(Debug)]
pub(super) struct Call {
    pub name: Box<str>,
    pub arguments: Vec<Expression>,
    pub body: Option<Block>,
    /// As written.
    pub literal: Box<str>,
    pub span: Span,
}

/// `#break`, or `#break($foreach.parent)`
#[derive(Debug)]
pub(super) struct Break {
    pub scope: Option<Expression>,
}

/// `#macro(name parameters) body #end`
#[derive(Debug)]
pub(super) struct Macro {
    pub parameters: Vec<Box<str>>,
    pub body: Block,
}

/// `$name.member.method(arguments)[index]`
#[derive(Debug)]
pub(super) struct Reference {
    pub name: Box<str>,
    pub steps: Vec<Step>,
    pub span: Span,
}

/// One step of a reference.
#[derive(Debug)]
pub(super) enum Step {
    Member(Box<str>),
    Call(MethodCall),
    Index(Expression),
}

#[derive(Debug)]
pub(super) struct MethodCall {
    pub method: Box<str>,
    pub arguments: Vec<Expression>,
    pub span: Span,
}

#[derive(Debug)]
pub(super) enum Expression {
    Boolean(bool),
    Integer(i64),
    /// A whole number that is no `i64`.
    Digits(Box<str>),
    Double(f64),
    Text(Box<str>),
    /// A text in double quotes that holds references or directives.
    Interpolated(Block),
    List(Vec<Expression>),
    Map(Vec<Entry>),
    Range(Box<Range>),
    Reference(Reference),
    Not(Box<Expression>),
    /// Operations of one rank, from left to right.
    Chain(Box<Chain>),
}

/// A member of a map literal.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: Expression,
    pub value: Expression,
}

/// `[first..last]`
#[derive(Debug)]
pub(super) struct Range {
    pub first: Expression,
    pub last: Expression,
}

#[derive(Debug)]
pub(super) struct Chain {
    pub first: Expression,
    pub rest: Vec<Operation>,
}

#[derive(Debug)]
pub(super) struct Operation {
    pub operator: Operator,
    pub operand: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// The bytes of the template that a part of the tree was read from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}
