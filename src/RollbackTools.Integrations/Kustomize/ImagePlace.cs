using RollbackTools.Operations.Estate.Kustomize;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>An entry and where it is: its index in the file's list. <see cref="IsText"/>: every value reads as text, never as a number or a date.</summary>
internal sealed record ImagePlace(int Index, ImageEntry Entry, bool IsText);
