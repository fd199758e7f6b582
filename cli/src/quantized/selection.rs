//! The weights that a scheme takes if `--only` doesn't choose them.

/// Parts of names of layers that no scheme takes: embeddings, heads, norms, convolutions, routers. Loaders keep them as they are.
/// An asterisk stands for any text before or after.
const LEFT: [&str; 20] = [
    "*embed*",
    "wte",
    "wpe",
    "shared",
    "*norm*",
    "ln_*",
    "*layernorm*",
    "lm_head",
    "head",
    "*_head",
    "output_layer",
    "classifier*",
    "score",
    "conv*",
    "*conv1d*",
    "*router*",
    "gate",
    "*_gate",
    "*rotary*",
    "proj_out",
];

/// Returns whether a scheme takes a tensor of this name and shape by default: matrices of linear layers, and experts in three
/// dimensions.
pub(crate) fn is_linear(name: &str, shape: &[u64]) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    let left = |part: &&str| LEFT.iter().any(|pattern| matches(pattern, part));
    let named = match shape.len() {
        2 => parts.last() == Some(&"weight"),
        3 => parts.iter().any(|part| part.contains("expert")) && !name.ends_with("bias"),
        _ => false,
    };
    named && !parts.iter().any(left)
}

fn matches(pattern: &str, text: &str) -> bool {
    let (open_start, open_end) = (pattern.starts_with('*'), pattern.ends_with('*'));
    let middle = pattern.trim_matches('*');
    match (open_start, open_end) {
        (true, true) => text.contains(middle),
        (true, false) => text.ends_with(middle),
        (false, true) => text.starts_with(middle),
        (false, false) => text == middle,
    }
}

/// The matrices that loaders fuse. The parts of a matrix must have one tensor scale.
const FUSED: [(&str, &[&str]); 3] = [
    ("qkv_proj", &["q_proj", "k_proj", "v_proj"]),
    ("gate_up_proj", &["gate_proj", "up_proj"]),
    ("w13", &["w1", "w3"]),
];

/// Returns the name of the matrix into which loaders fuse a weight and others. Returns `None` if they fuse it with no other.
pub(crate) fn fused(name: &str) -> Option<String> {
    let fused = |part| FUSED.iter().find(|(_, parts)| parts.contains(&part));
    if !name.split('.').any(|part| fused(part).is_some()) {
        return None;
    }
    let parts = name.split('.').map(|part| fused(part).map_or(part, |(fused, _)| fused));
    Some(parts.collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_linear_layers_are_quantized() {
        for name in [
            "model.layers.0.self_attn.q_proj.weight",
            "model.layers.11.mlp.gate_proj.weight",
            "model.layers.3.mlp.experts.7.down_proj.weight",
            "model.layers.3.mlp.shared_expert.up_proj.weight",
            "transformer.h.0.attn.c_attn.weight",
            "model.layers.0.self_attn.kv_b_proj.weight",
            "layers.0.ffn.experts.0.w1.weight",
        ] {
            assert!(is_linear(name, &[64, 64]), "{name}");
        }
        for name in [
            "model.embed_tokens.weight",
            "lm_head.weight",
            "head.weight",
            "score.weight",
            "model.norm.weight",
            "model.layers.0.input_layernorm.weight",
            "transformer.wte.weight",
            "transformer.h.0.ln_1.weight",
            "model.layers.3.mlp.gate.weight",
            "model.layers.3.mlp.router.weight",
            "model.layers.3.mlp.shared_expert_gate.weight",
            "model.layers.0.self_attn.q_proj.bias",
            "backbone.layers.0.mixer.conv1d.weight",
            "vision.patch_embed.proj.weight",
            "w",
        ] {
            assert!(!is_linear(name, &[64, 64]), "{name}");
        }
        let experts = "model.layers.0.mlp.experts.gate_up_proj";
        assert!(is_linear(experts, &[4, 64, 64]));
        assert!(!is_linear(&format!("{experts}_bias"), &[4, 64, 64]));
        assert!(!is_linear("mixer.in_proj.weight", &[4, 64, 64]));
        assert!(!is_linear("model.layers.0.self_attn.q_proj.weight", &[64]));
    }

    #[test]
    fn matrices_that_loaders_fuse_share_a_group() {
        let [q, v] = ["q", "v"].map(|x| fused(&format!("model.layers.0.self_attn.{x}_proj.weight")));
        assert_eq!(q, v);
        assert_ne!(q, fused("model.layers.1.self_attn.q_proj.weight"));
        assert_eq!(fused("l.mlp.up_proj.weight"), fused("l.mlp.gate_proj.weight"));
        assert_eq!(fused("l.experts.0.w1.weight"), fused("l.experts.0.w3.weight"));
        assert_eq!(fused("l.experts.0.w2.weight"), None);
    }
}
